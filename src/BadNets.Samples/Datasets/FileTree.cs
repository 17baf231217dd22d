using System.IO.Compression;

namespace BadNets.Samples.Datasets;

/// <summary>The files in a folder, or in zip archives. They can come from untrusted sources.</summary>
sealed class FileTree : IDisposable
{
    // A small archive can state, or expand to, any length.
    private const long MostBytes = 1 << 30;

    private readonly List<PackedFile> _files = [];
    private readonly List<ZipArchive> _archives = [];

    private FileTree()
    {
    }

    public IReadOnlyList<PackedFile> Files => _files;

    /// <summary>Lists the files in some of the subfolders of a folder, and below them. Links and hidden files are left out.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="names">The names of subfolders and of files. They need not exist.</param>
    public static FileTree OfFolder(string folder, params ReadOnlySpan<string> names)
    {
        var tree = new FileTree();
        var visible = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = false,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint,
        };
        foreach (string name in names)
        {
            string path = Path.Combine(folder, name);
            FileInfo[] files = Directory.Exists(path) ? [.. new DirectoryInfo(path).EnumerateFiles("*", visible)] : File.Exists(path) ? [new FileInfo(path)] : [];
            tree._files.AddRange(files.Select(file =>
                new PackedFile(Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'), $"'{file.FullName}'", file.Length, () => File.OpenRead(file.FullName))));
        }

        return tree;
    }

    /// <summary>Lists the files in zip archives.</summary>
    /// <exception cref="InvalidDataException">A file is not a zip archive, or the files in the archives are too long.</exception>
    public static FileTree OfZips(params ReadOnlySpan<string> paths)
    {
        var tree = new FileTree();
        try
        {
            long length = 0;
            foreach (string path in paths)
            {
                foreach (var entry in tree.Open(path).Entries.Where(entry => !entry.FullName.EndsWith('/')))
                {
                    // No sum of lengths can overflow.
                    length = entry.Length > MostBytes ? long.MaxValue : length + entry.Length;
                    if (length > MostBytes)
                        throw new InvalidDataException($"The files in '{path}' have more than {MostBytes} bytes, which is more than any of the data sets has.");
                    tree._files.Add(new PackedFile(entry.FullName, $"'{entry.FullName}' in '{path}'", entry.Length, entry.Open, entry.Crc32));
                }
            }

            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var archive in _archives)
            archive.Dispose();
    }

    private ZipArchive Open(string path)
    {
        try
        {
            var archive = ZipFile.OpenRead(path);
            _archives.Add(archive);
            // Reads the directory at the end of the file.
            _ = archive.Entries.Count;
            return archive;
        }
        catch (InvalidDataException damage)
        {
            throw new InvalidDataException($"'{path}' is not a complete zip archive. Download it again.", damage);
        }
    }
}
