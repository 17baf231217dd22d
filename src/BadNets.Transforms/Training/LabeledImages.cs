using System.Security.Cryptography;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>A data set for training or validation that was read into memory: images and class indices.</summary>
sealed class LabeledImages
{
    private readonly ImageStore _images;
    private readonly List<int> _labels = [];

    /// <summary>Reads a view.</summary>
    /// <param name="view">The view.</param>
    /// <param name="image">The image column.</param>
    /// <param name="shape">The shape of the images.</param>
    /// <param name="label">The label column, a key. The class indices are its raw values minus one.</param>
    /// <param name="normalization">The normalization of the pixels.</param>
    /// <param name="checkAlive">Called regularly. Throws an exception if the work was canceled.</param>
    public LabeledImages(
        IDataView view, DataViewSchema.Column image, ImageShape shape, DataViewSchema.Column label, PixelNormalization normalization, Action checkAlive)
    {
        _images = ImageStore.Create(image, shape, normalization);
        using var cursor = view.GetRowCursor([image, label]);
        var addImage = _images.MakeAdder(cursor, image);
        var nextLabel = KeyGetter(cursor, label);
        ulong classes = ((KeyDataViewType)label.Type).Count;
        while (cursor.MoveNext())
        {
            if ((_labels.Count & 0xfff) == 0)
                checkAlive();
            addImage();
            ulong key = nextLabel();
            if (key == 0)
                throw new ArgumentException($"Label column '{label.Name}' has a missing value in row {_labels.Count}. Drop such rows first, for example with FilterRowsByMissingValues.");
            if (key > classes)
                throw new ArgumentException($"Label column '{label.Name}' has the key {key} in row {_labels.Count}, but the maximum for its type is {classes}.");
            _labels.Add((int)(key - 1));
        }
    }

    public int Count => _labels.Count;

    public IReadOnlyList<int> Labels => _labels;

    /// <summary>Writes rows as a batch of network inputs and class indices.</summary>
    public unsafe void Read(ReadOnlySpan<long> rows, Span<float> inputs, Span<long> labels)
    {
        int count = rows.Length, size = inputs.Length / count;
        fixed (long* rowPointer = rows)
        fixed (float* inputPointer = inputs)
        {
            long* from = rowPointer;
            float* to = inputPointer;
            Workers.ForEach(PooledConvolutionFunction.GroupCount(count), group =>
            {
                int first = group * PooledConvolutionFunction.GroupSize;
                for (int i = first; i < Math.Min(count, first + PooledConvolutionFunction.GroupSize); i++)
                    _images.Read((int)from[i], new Span<float>(to + (long)i * size, size));
            });
        }

        for (int i = 0; i < count; i++)
            labels[i] = _labels[(int)rows[i]];
    }

    /// <summary>Computes a hash of all pixels and labels.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _images.AppendTo(hash);
        hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_labels)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static Func<ulong> KeyGetter(DataViewRow row, DataViewSchema.Column label)
    {
        return label.Type.RawType == typeof(byte) ? As<byte>(key => key)
            : label.Type.RawType == typeof(ushort) ? As<ushort>(key => key)
            : label.Type.RawType == typeof(uint) ? As<uint>(key => key)
            : As<ulong>(key => key);

        Func<ulong> As<T>(Func<T, ulong> widen)
        {
            var source = row.GetGetter<T>(label);
            T key = default!;
            return () =>
            {
                source(ref key);
                return widen(key);
            };
        }
    }
}
