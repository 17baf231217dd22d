namespace BadNets.Samples.Datasets;

/// <summary>A file under a temporary name next to its place: it takes the place when it is complete, or is gone.</summary>
sealed class PendingFile : IDisposable
{
    private readonly string _temporaryPath;
    private readonly string _path;

    public PendingFile(string path)
    {
        _path = path;
        // Two programs may be making the same file at once.
        _temporaryPath = $"{path}.{Guid.NewGuid():N}.part";
        Stream = new(_temporaryPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16, useAsync: true);
    }

    public FileStream Stream { get; }

    /// <summary>Gives the file its name, in place of any file that has it.</summary>
    public void Complete()
    {
        // Else a file system may put the name in place before the content.
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_temporaryPath, _path, overwrite: true);
    }

    public void Dispose()
    {
        try
        {
            // Writes what is still buffered, which fails on a full disk.
            Stream.Dispose();
        }
        finally
        {
            File.Delete(_temporaryPath);
        }
    }
}
