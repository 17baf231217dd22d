using System.Text;

namespace BadNets.Transforms;

/// <summary>
/// Images from CIFAR's binary files. A row is one label byte (CIFAR-10), or a coarse and a fine label byte (CIFAR-100), followed by 3×32×32 pixels.
/// </summary>
sealed class CifarImageSet : ImageSet
{
    private const int MostNamesBytes = 1 << 16;

    private static readonly ImageShape Pixels = new(3, 32, 32);

    private readonly (DataFile File, int Count)[] _files;
    private readonly int _labelBytes;
    private readonly int _labelIndex;

    private CifarImageSet((DataFile File, int Count)[] files, int labelBytes, int labelIndex)
    {
        _files = files;
        _labelBytes = labelBytes;
        _labelIndex = labelIndex;
    }

    private int RowBytes => _labelBytes + Pixels.Size;

    public static CifarImageSet Open(IReadOnlyList<string> paths, CifarLabels labels, string? classNamesPath, long? maxBytes)
    {
        DataFile[] files = [.. paths.Select(DataFile.Open)];
        int[] classCounts = labels == CifarLabels.Cifar10 ? [10] : [20, 100];
        int labelIndex = labels == CifarLabels.Cifar100Fine ? 1 : 0;
        long left = DataFile.MostBytes(maxBytes, files), count = 0;
        var counted = new (DataFile File, int Count)[files.Length];
        for (int i = 0; i < files.Length; i++)
        {
            counted[i] = (files[i], CountRows(files[i], classCounts, left));
            left -= counted[i].Count * (long)(classCounts.Length + Pixels.Size);
            if ((count += counted[i].Count) > int.MaxValue)
                throw new InvalidDataException($"The files up to '{files[i].Path}' have {count} rows. At most {int.MaxValue} rows can be read.");
        }

        return new CifarImageSet(counted, classCounts.Length, labelIndex)
        {
            Shape = Pixels,
            Count = (int)count,
            ClassCount = classCounts[labelIndex],
            ClassNames = classNamesPath is null ? null : ReadNames(classNamesPath, classCounts[labelIndex]),
        };
    }

    public override ImageSetRows OpenRows(bool withImages, bool withLabels) => new Rows(this);

    // The format has no header, so the whole file is read.
    private static int CountRows(DataFile file, int[] classCounts, long mostBytes)
    {
        int rowBytes = classCounts.Length + Pixels.Size;
        if (!file.IsCompressed)
            CheckLength(file, file.Length, rowBytes);

        using var content = file.OpenContent();
        var rows = new byte[20 * rowBytes];
        InvalidDataException? wrongLabel = null;
        long length = 0;
        for (int read; (read = content.ReadUpTo(rows)) > 0; length += read)
        {
            if (length + read > mostBytes)
                throw file.TooLarge($"contains at least {length + read} bytes", mostBytes);
            for (int at = 0; at + rowBytes <= read; at += rowBytes)
            {
                for (int i = 0; i < classCounts.Length; i++)
                {
                    if (rows[at + i] >= classCounts[i])
                        wrongLabel ??= WrongLabel(file, (length + at) / rowBytes, rows[at + i], classCounts, i);
                }
            }
        }

        CheckLength(file, length, rowBytes);
        return wrongLabel is null ? (int)(length / rowBytes) : throw wrongLabel;
    }

    private static void CheckLength(DataFile file, long length, int rowBytes)
    {
        if (length > 0 && length % rowBytes == 0 && length / rowBytes <= int.MaxValue)
            return;
        int otherBytes = 2 * Pixels.Size + 3 - rowBytes;
        string advice = length == 0 || length % otherBytes != 0 ? "Download the binary version of the file again" : $"The length fits {Name(otherBytes)}. Select that data set with the parameter 'labels'";
        throw new InvalidDataException(
            $"'{file.Path}' has {length} bytes{(file.IsCompressed ? " after decompression" : "")}, which is not a whole number of {Name(rowBytes)} rows ({rowBytes} bytes each). {advice}.");
    }

    private static InvalidDataException WrongLabel(DataFile file, long row, int label, int[] classCounts, int index)
    {
        string kind = classCounts.Length == 1 ? "label" : index == 0 ? "coarse label" : "fine label";
        return new InvalidDataException($"'{file.Path}' has the {kind} {label} in row {row}, but {Name(classCounts.Length + Pixels.Size)} has only {kind}s from 0 to {classCounts[index] - 1}.");
    }

    private static string Name(int rowBytes) => rowBytes == 1 + Pixels.Size ? "CIFAR-10" : "CIFAR-100";

    private static string[] ReadNames(string path, int count)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var file = File.OpenRead(path);
        if (file.Length > MostNamesBytes)
            throw new InvalidDataException($"'{path}' has {file.Length} bytes, which is too long for a list of class names. At most {MostNamesBytes} bytes can be read.");
        using var reader = new StreamReader(file, Encoding.UTF8);
        string[] names = reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length != count || names.Distinct(StringComparer.Ordinal).Count() != count)
            throw new InvalidDataException($"'{path}' has {names.Distinct(StringComparer.Ordinal).Count()} different names in {names.Length} lines. Expected {count} lines with a different class name in each.");
        return names;
    }

    private sealed class Rows(CifarImageSet set) : ImageSetRows
    {
        private FileItems? _rows;
        private int _file;

        public override int Label => _rows!.Current[set._labelIndex];

        public override ReadOnlySpan<byte> Image => _rows!.Current[set._labelBytes..];

        public override void MoveTo(int row)
        {
            while (_rows?.MoveNext() is not true)
            {
                _rows?.Dispose();
                var (file, count) = set._files[_file++];
                _rows = new FileItems(file.OpenContent(), count, set.RowBytes);
            }

            if (Label >= set.ClassCount)
                throw DataFile.Changed(set._files[_file - 1].File.Path);
        }

        public override void Dispose() => _rows?.Dispose();
    }
}
