namespace BadNets.Transforms.Tests;

/// <summary>Small images that are easy to learn. The class determines which row of pixels is bright.</summary>
static class GrayImages
{
    public const int Side = 16;

    public sealed class Row
    {
        [VectorType(1, Side, Side)]
        public byte[] Image { get; set; } = [];

        public int Digit { get; set; }
    }

    public static Row[] Make(int count, int classes = 3, int seed = 1)
    {
        var random = new Random(seed);
        return Array.ConvertAll(Enumerable.Range(0, count).ToArray(), i =>
        {
            var row = new Row { Image = new byte[Side * Side], Digit = i % classes };
            random.NextBytes(row.Image);
            for (int at = 0; at < row.Image.Length; at++)
                row.Image[at] = (byte)(row.Image[at] / 4 + (at / Side / 4 == row.Digit ? 180 : 0));
            return row;
        });
    }

    /// <summary>Creates a view with the columns Image, Digit, and Label, a key whose key values are the digits in order.</summary>
    public static IDataView View(MLContext ml, int count, int classes = 3, int seed = 1) => View(ml, Make(count, classes, seed));

    public static IDataView View(MLContext ml, IReadOnlyList<Row> rows)
    {
        var view = ml.Data.LoadFromEnumerable(rows);
        return ml.Transforms.Conversion.MapValueToKey("Label", "Digit", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(view).Transform(view);
    }
}
