using BadNets.Samples.Drawing;
using BadNets.Samples.Store;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Running;

/// <summary>Shows a model a few test images, one of each label, clean and triggered.</summary>
static class ModelImages
{
    private const int Most = 10;
    // What a run may add to a report: 20 KB as text.
    private const int MostBytes = 15_000;

    /// <param name="model">The model.</param>
    /// <param name="test">The test data.</param>
    /// <param name="triggeredTest">The test data with the trigger on every image, and with the labels that the attack aims at.</param>
    public static CellImages Of(TorchCnnTransformer model, IDataView test, IDataView triggeredTest)
    {
        uint[] labels = [.. test.GetColumn<uint>("Label")];
        int[] shown = [.. labels.Distinct().Order().Take(Most).Select(label => Array.IndexOf(labels, label))];
        var (clean, triggered) = (Look(model, test, shown), Look(model, triggeredTest, shown));
        string Name(uint key) => model.Labels[(int)key - 1].ToString();
        List<CellImage> images = [];
        int bytes = 0;
        foreach (int row in shown)
        {
            var image = new CellImage(
                Name(labels[row]), SmallImage.Encode(clean[row].Pixels, model.ImageShape), Name(clean[row].Answer),
                SmallImage.Encode(triggered[row].Pixels, model.ImageShape), Name(triggered[row].Label), Name(triggered[row].Answer));
            bytes += image.Clean.Length + image.Triggered.Length;
            if (bytes > MostBytes && images.Count > 0)
                break;
            images.Add(image);
        }

        var (width, height) = SmallImage.SizeOf(model.ImageShape);
        return new CellImages(width, height, images);
    }

    private static Dictionary<int, (byte[] Pixels, uint Label, uint Answer)> Look(TorchCnnTransformer model, IDataView view, int[] rows)
    {
        var wanted = rows.ToHashSet();
        var scored = model.Transform(view);
        return scored.GetColumn<byte[]>("Image").Zip(scored.GetColumn<uint>("Label"), scored.GetColumn<uint>("PredictedLabel"))
            .Take(rows.Max() + 1)
            .Select((image, row) => (image, row))
            .Where(pair => wanted.Contains(pair.row))
            .ToDictionary(pair => pair.row, pair => pair.image);
    }
}
