using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>The images of a data set in memory, in their original type (bytes stay bytes). They can be read in any order.</summary>
abstract class ImageStore
{
    // Large enough for few blocks, and small enough that the last one does not waste much memory.
    private const int BlockBytes = 1 << 24;

    public static ImageStore Create(DataViewSchema.Column column, ImageShape shape, PixelNormalization normalization) =>
        column.Type is VectorDataViewType { ItemType.RawType: var type } && type == typeof(byte)
            ? new OfBytes(shape, normalization)
            : new OfSingles(shape, normalization);

    /// <summary>Creates a function that adds the current row of a cursor.</summary>
    public abstract Action MakeAdder(DataViewRow row, DataViewSchema.Column column);

    /// <summary>Writes an image as network inputs.</summary>
    /// <param name="row">The position of the image.</param>
    /// <param name="inputs">As many floats as an image has values.</param>
    public abstract void Read(int row, Span<float> inputs);

    /// <summary>Adds all raw pixels to a hash.</summary>
    public abstract void AppendTo(IncrementalHash hash);

    private abstract class Of<T>(ImageShape shape, int valueBytes) : ImageStore where T : unmanaged
    {
        private readonly int _blockRows = Math.Max(1, BlockBytes / (shape.Size * valueBytes));
        private readonly List<T[]> _blocks = [];
        private int _count;

        public override Action MakeAdder(DataViewRow row, DataViewSchema.Column column)
        {
            var next = ImageReader.DenseGetter<T>(row, column, shape);
            return () =>
            {
                if (_count % _blockRows == 0)
                    _blocks.Add(GC.AllocateUninitializedArray<T>(_blockRows * shape.Size));
                next().CopyTo(_blocks[^1].AsSpan(_count % _blockRows * shape.Size, shape.Size));
                _count++;
            };
        }

        public override void AppendTo(IncrementalHash hash)
        {
            for (int i = 0; i < _blocks.Count; i++)
            {
                int rows = Math.Min(_blockRows, _count - i * _blockRows);
                hash.AppendData(MemoryMarshal.AsBytes(_blocks[i].AsSpan(0, rows * shape.Size)));
            }
        }

        protected ReadOnlySpan<T> Pixels(int row) => _blocks[row / _blockRows].AsSpan(row % _blockRows * shape.Size, shape.Size);
    }

    private sealed class OfBytes(ImageShape shape, PixelNormalization normalization) : Of<byte>(shape, sizeof(byte))
    {
        private readonly float[] _table = normalization.MakeByteTable();

        public override void Read(int row, Span<float> inputs) => PixelNormalization.Translate(Pixels(row), _table, inputs);
    }

    private sealed class OfSingles(ImageShape shape, PixelNormalization normalization) : Of<float>(shape, sizeof(float))
    {
        public override void Read(int row, Span<float> inputs)
        {
            Pixels(row).CopyTo(inputs);
            normalization.Apply(inputs);
        }
    }
}
