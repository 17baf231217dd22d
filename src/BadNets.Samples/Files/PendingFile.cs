using System.Text.RegularExpressions;

namespace BadNets.Samples.Files;

/// <summary>A file with a temporary name in its final folder. It is renamed when it is complete, and otherwise deleted.</summary>
sealed partial class PendingFile : IDisposable
{
    private readonly string _temporaryPath;
    private readonly string _path;

    public PendingFile(string path)
    {
        _path = path;
        // Two processes can create the same file at the same time.
        _temporaryPath = $"{path}.{Guid.NewGuid():N}.part";
        // On Windows, sharing is necessary to rename an open file; elsewhere it is not, and it would weaken the lock on network file systems.
        var share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;
        Stream = new(_temporaryPath, FileMode.CreateNew, FileAccess.ReadWrite, share, bufferSize: 1 << 16, useAsync: true);
    }

    public FileStream Stream { get; }

    /// <summary>Renames the file to its final name, and replaces any existing file.</summary>
    public void Complete()
    {
        // Otherwise, a file system can write the name before the content.
        Stream.Flush(flushToDisk: true);
        // Keep the file open until it has its final name, so that it is not deleted as a leftover.
        File.Move(_temporaryPath, _path, overwrite: true);
        Stream.Dispose();
    }

    /// <summary>Deletes incomplete files that killed processes left in a folder. Files that are still being written are kept.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="idle">
    /// The minimum time since the last change of a file. If other machines also write, this identifies leftover files, because some network file
    /// systems do not support the locks that usually identify them.
    /// </param>
    public static void RemoveLeftovers(string folder, TimeSpan idle = default)
    {
        if (!Directory.Exists(folder))
            return;
        var latest = DateTime.UtcNow - idle;
        foreach (string file in Directory.EnumerateFiles(folder, "*.part").Where(file => TemporaryName().IsMatch(file) && File.GetLastWriteTimeUtc(file) <= latest))
        {
            try
            {
                using var leftover = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Another process is writing the file, or it cannot be deleted. It uses disk space, but nothing reads it.
            }
        }
    }

    [GeneratedRegex(@"\.[0-9a-f]{32}\.part$")]
    private static partial Regex TemporaryName();

    public void Dispose()
    {
        try
        {
            // Flushes the buffer, which fails if the disk is full.
            Stream.Dispose();
        }
        finally
        {
            File.Delete(_temporaryPath);
        }
    }
}
