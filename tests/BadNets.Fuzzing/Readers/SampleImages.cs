using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Fuzzing;

/// <summary>A few images for training and scoring.</summary>
static class SampleImages
{
    public const int Side = 8;
    private const int Rows = 12;

    public static IDataView View(MLContext ml)
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, Rows).Select(i =>
        {
            var row = new Row { Image = new byte[Side * Side], Digit = i % 3, Label = (uint)(i % 3) };
            random.NextBytes(row.Image);
            return row;
        });
        return ml.Data.LoadFromEnumerable(rows.ToArray());
    }

    private sealed class Row
    {
        [VectorType(1, Side, Side)]
        public byte[] Image { get; set; } = [];

        public int Digit { get; set; }

        [KeyType(3)]
        public uint Label { get; set; }
    }
}
