using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace BadNets.Transforms;

/// <summary>
/// Image files in one folder per class. Rows are in the order of torchvision's ImageFolder: by class, then by folder, then by name, all in ordinal
/// order. Only names are kept in memory. An image is decoded when it is requested.
/// </summary>
sealed class ImageFolderSet : ImageSet
{
    private const int MostClasses = 1 << 20;

    // The row, the decoded image, and the reader's copy of it take ten bytes per pixel, and a small file can claim any size.
    private const int MostRowPixels = 1 << 22;

    private readonly List<ImageEntry> _entries;

    private ImageFolderSet(List<ImageEntry> entries) => _entries = entries;

    // Files can be read in any order, and the order by class is the worst one for training.
    public override bool CanShuffle => true;

    // If false, every image must have the size of the first one.
    private bool IsResized { get; init; }

    public static ImageFolderSet Open(string path, (int Width, int Height)? size, int channels, IReadOnlyList<string>? classes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var folders = ClassFolders(path);
        var names = classes ?? [.. folders.Select(folder => folder.Name)];
        var labels = names.Select((name, label) => (name, label)).ToDictionary(each => each.name, each => each.label, StringComparer.Ordinal);
        if (folders.Find(folder => !labels.ContainsKey(folder.Name)) is { } unknown)
            throw new InvalidDataException($"The folder '{unknown.FullName}' is not one of the {names.Count} classes ({Shown(names)}). Rename or move it, or pass other classes.");

        var entries = new List<ImageEntry>();
        foreach (var folder in folders.OrderBy(folder => labels[folder.Name]))
        {
            int before = entries.Count;
            AddImages(entries, folder, labels[folder.Name]);
            if (entries.Count == before && classes is null)
                throw new InvalidDataException($"The class folder '{folder.FullName}' has no image files. Remove it, or pass the names of the classes.");
        }

        if (entries.Count == 0)
            throw new InvalidDataException($"The folder '{path}' has no image files in class folders. Expected one subfolder per class that contains the images of that class.");
        foreach (var entry in entries)
            ImageFileReader.CheckFormat(entry.Path);
        var (width, height) = size ?? FirstSize(entries[0].Path);
        return new ImageFolderSet(entries)
        {
            IsResized = size is not null,
            Shape = new ImageShape(channels, height, width),
            Count = entries.Count,
            ClassCount = names.Count,
            ClassNames = names,
        };
    }

    public override ImageSetRows OpenRows(bool withImages, bool withLabels) => new Rows(this);

    private static (int Width, int Height) FirstSize(string path)
    {
        var image = new ImageFileReader();
        image.ReadSize(path);
        if ((long)image.Width * image.Height > MostRowPixels)
            throw new InvalidDataException($"The image '{path}' has {image.Width}×{image.Height} pixels, but without resizing, the maximum is {MostRowPixels}. Pass width and height to resize the images.");
        return (image.Width, image.Height);
    }

    private static List<DirectoryInfo> ClassFolders(string path)
    {
        var folders = new List<DirectoryInfo>();
        foreach (var entry in Visible(new DirectoryInfo(path)))
        {
            if (entry is DirectoryInfo folder)
                folders.Add(folder);
            else if (ImageFileReader.HasImageExtension(entry.Name))
                throw new InvalidDataException($"The image '{entry.FullName}' is not in a class folder. Move it to the subfolder of its class.");
        }

        if (folders.Count > MostClasses)
            throw new InvalidDataException($"The folder '{path}' has {folders.Count} class folders, but the maximum is {MostClasses}.");
        folders.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return folders;
    }

    private static void AddImages(List<ImageEntry> entries, DirectoryInfo classFolder, int label)
    {
        var folders = new List<DirectoryInfo> { classFolder };
        var images = new List<ImageEntry>();
        for (int i = 0; i < folders.Count; i++)
        {
            // The order is the same on every system.
            string folder = folders[i].FullName.Replace(Path.DirectorySeparatorChar, '/');
            foreach (var entry in Visible(folders[i]))
            {
                if (entry is DirectoryInfo inner)
                    folders.Add(inner);
                else if (ImageFileReader.HasImageExtension(entry.Name))
                    images.Add(new ImageEntry(folder, entry.Name, label));
            }
        }

        images.Sort(ImageEntry.CompareNames);
        entries.AddRange(images);
    }

    // A link can point anywhere, even to its own folder.
    private static IEnumerable<FileSystemInfo> Visible(DirectoryInfo folder) =>
        folder.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = FileAttributes.Hidden, IgnoreInaccessible = false })
            .Select(entry => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) ? entry
                : throw new InvalidDataException($"'{entry.FullName}' is a symbolic link, which is not supported. Replace it with the files that it points to."));

    private static string Shown(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(5)) + (names.Count > 5 ? ", …" : "");

    private readonly record struct ImageEntry(string Folder, string Name, int Label)
    {
        public string Path => System.IO.Path.Combine(Folder, Name);

        public static int CompareNames(ImageEntry one, ImageEntry other) =>
            string.CompareOrdinal(one.Folder, other.Folder) is not 0 and var order ? order : string.CompareOrdinal(one.Name, other.Name);
    }

    private sealed class Rows(ImageFolderSet set) : ImageSetRows
    {
        private readonly ImageFileReader _file = new();
        private readonly byte[] _pixels = new byte[set.Shape.Size];
        private int _row = -1;
        private int _decodedRow = -1;

        public override int Label => set._entries[_row].Label;

        public override ReadOnlySpan<byte> Image
        {
            get
            {
                if (_decodedRow != _row)
                    Decode(set._entries[_row].Path);
                _decodedRow = _row;
                return _pixels;
            }
        }

        public override void MoveTo(int row) => _row = row;

        public override void Dispose()
        {
        }

        private void Decode(string path)
        {
            var shape = set.Shape;
            _file.Read(path);
            if (set.IsResized)
                _file.Resize(shape.Width, shape.Height, SKFilterQuality.Medium);
            else if (_file.Width != shape.Width || _file.Height != shape.Height)
                throw new InvalidDataException($"The image '{path}' has {_file.Width}×{_file.Height} pixels, but '{set._entries[0].Path}' has {shape.Width}×{shape.Height}. Pass width and height to resize the images.");

            var rgba = _file.Rgba;
            if (shape.Channels == 1)
            {
                for (int i = 0; i < _pixels.Length; i++)
                    _pixels[i] = Gray(rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]);
                return;
            }

            int size = rgba.Length / 4;
            Span<byte> red = _pixels.AsSpan(0, size), green = _pixels.AsSpan(size, size), blue = _pixels.AsSpan(2 * size, size);
            for (int i = 0; i < size; i++)
                (red[i], green[i], blue[i]) = (rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]);
        }

        // The luma of ITU-R BT.601 in 16-bit fixed point, computed like in Pillow and torchvision. A gray pixel keeps its value.
        private static byte Gray(int red, int green, int blue) => (byte)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
    }
}
