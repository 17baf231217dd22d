namespace BadNets.Samples.Files;

/// <summary>Reads files that other processes may replace or delete at the same time.</summary>
static class SharedFile
{
    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <returns>The content, or null if there is no such file.</returns>
    public static byte[]? ReadBytes(string path)
    {
        try
        {
            using var stream = Open(path);
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
