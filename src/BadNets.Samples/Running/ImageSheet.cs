using BadNets.Samples.Drawing;
using BadNets.Samples.Experiments;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Running;

/// <summary>Collects the images of a cell's contact sheet: clean, with the trigger, and the clean images that the model misclassifies.</summary>
static class ImageSheet
{
    /// <param name="cell">The cell that the model was trained for.</param>
    /// <param name="model">The model.</param>
    /// <param name="test">The test data.</param>
    /// <param name="triggeredTest">The test data with the trigger on every image.</param>
    public static ContactSheet Of(Cell cell, TorchCnnTransformer model, IDataView test, IDataView triggeredTest)
    {
        IDataView clean = model.Transform(test), triggered = model.Transform(triggeredTest);
        uint[] labels = [.. clean.GetColumn<uint>("Label")], predicted = [.. clean.GetColumn<uint>("PredictedLabel")];
        int[] shown = [.. labels.Distinct().Order().Take(ContactSheet.Columns).Select(label => Array.IndexOf(labels, label))];
        int[] wrong = [.. Enumerable.Range(0, labels.Length).Where(row => labels[row] != predicted[row]).Take(ContactSheet.Columns)];
        uint[] triggeredPredicted = [.. triggered.GetColumn<uint>("PredictedLabel").Take(shown.Max() + 1)];
        var images = Pick(clean, shown.Concat(wrong));
        var triggeredImages = Pick(triggered, shown);
        string Name(uint key) => model.Labels[(int)key - 1].ToString();
        SheetImage Image(byte[] pixels, string caption) => new(pixels, caption);
        return new ContactSheet(
            FormattableString.Invariant($"{cell.Dataset.Name}, {cell.Recipe.Name} recipe, {cell.Recipe.EpochsInWords}: rate {cell.Attack.Rate}, {cell.Attack.Trigger.ToLabel()}, seed {cell.Seed}"),
            model.ImageShape,
            [
                new("clean", [.. shown.Select(row => Image(images[row], $"→ {Name(predicted[row])}"))]),
                new("triggered", [.. shown.Select(row => Image(triggeredImages[row], $"→ {Name(triggeredPredicted[row])}"))]),
                new("misclassified", [.. wrong.Select(row => Image(images[row], $"{Name(labels[row])} → {Name(predicted[row])}"))]),
            ]);
    }

    private static Dictionary<int, byte[]> Pick(IDataView view, IEnumerable<int> rows)
    {
        var wanted = rows.ToHashSet();
        return view.GetColumn<byte[]>("Image")
            .Take(wanted.Count == 0 ? 0 : wanted.Max() + 1)
            .Select((pixels, row) => (pixels, row))
            .Where(pair => wanted.Contains(pair.row))
            .ToDictionary(pair => pair.row, pair => pair.pixels);
    }
}
