namespace BadNets.Samples.Files;

/// <summary>Reads files that other processes can replace or delete at the same time.</summary>
static class SharedFile
{
    private const int Attempts = 40;

    public static FileStream Open(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
            // A file that has just been renamed is locked until its writer closes it.
            catch (IOException failure) when (attempt < Attempts && IsLocked(failure))
            {
                Thread.Sleep(attempt);
            }
        }
    }

    // ERROR_SHARING_VIOLATION; EWOULDBLOCK (Linux, macOS).
    public static bool IsLocked(IOException failure) =>
        OperatingSystem.IsWindows() ? (failure.HResult & 0xffff) == 32 : failure.HResult is 11 or 35;

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
