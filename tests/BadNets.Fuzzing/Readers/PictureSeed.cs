namespace BadNets.Fuzzing;

/// <summary>A valid picture.</summary>
/// <param name="File">The file.</param>
/// <param name="Side">The width and height in pixels.</param>
/// <param name="HeaderBytes">The number of bytes at the start of the file that determine how the rest is read, or 0 if it is not known.</param>
sealed record PictureSeed(byte[] File, int Side, int HeaderBytes = 0);
