using System.Globalization;
using System.Text;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>
/// The exclusive right to write a cell. The operating system releases it when the process ends for any reason. On network file systems that do not
/// support locks, the last process that takes the lock gets it, and the other process notices that before it writes again.
/// </summary>
sealed class CellLock : IDisposable
{
    private readonly FileStream _file;
    private readonly byte[] _owner;

    private CellLock(FileStream file)
    {
        _file = file;
        _owner = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{Environment.MachineName}, process {Environment.ProcessId}, since {DateTime.UtcNow:u}, {Guid.NewGuid():N}\n"));
        file.SetLength(0);
        file.Write(_owner);
        file.Flush(flushToDisk: true);
    }

    /// <returns>The lock, or null if another process has it.</returns>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static CellLock? TryTake(CellFolder folder)
    {
        Directory.CreateDirectory(folder.Path);
        FileStream file;
        try
        {
            file = new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException failure) when (SharedFile.IsLocked(failure))
        {
            return null;
        }

        return new CellLock(file);
    }

    /// <summary>Checks that no other process has taken the lock.</summary>
    /// <exception cref="CellTakenException">Another process has taken it.</exception>
    public void Check()
    {
        // The handle reads what another machine wrote into the same file.
        var content = new byte[_owner.Length];
        _file.Position = 0;
        if (_file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length || !content.AsSpan().SequenceEqual(_owner))
            throw new CellTakenException(Encoding.UTF8.GetString(content).Split('\n')[0].Trim('\0', ' '));
    }

    public void Dispose() => _file.Dispose();
}
