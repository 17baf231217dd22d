namespace BadNets.Fuzzing;

/// <summary>A valid picture.</summary>
/// <param name="File">The file.</param>
/// <param name="Side">Its width and height, in pixels.</param>
/// <param name="HeaderBytes">As many bytes at the file's start decide how the rest is read; 0: not known.</param>
sealed record PictureSeed(byte[] File, int Side, int HeaderBytes = 0);
