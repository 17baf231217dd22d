using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting.Drawing;
using BadNets.Samples.Running;
using Microsoft.ML;
using Microsoft.ML.Data;
using OxyPlot;
using SkiaSharp;

namespace BadNets.Samples.Drawing;

/// <summary>Digits as a trained model sees them: clean, with the trigger, and the clean ones that it gets wrong.</summary>
sealed class ContactSheet
{
    private const int Side = 28;
    private const int Columns = 10;
    private const double Width = 800;
    private const double Height = 356;
    private const double Left = 108;
    private const double Top = 58;
    private const double DigitSize = 62;
    private const double ColumnWidth = 68;
    private const double RowHeight = 98;

    private readonly string _title;
    private readonly (string Name, IReadOnlyList<SheetDigit> Digits)[] _rows;

    private ContactSheet(string title, params (string Name, IReadOnlyList<SheetDigit> Digits)[] rows)
    {
        _title = title;
        _rows = rows;
    }

    public static string NameOf(string cellName) => "digits_" + cellName;

    /// <summary>Lets a model look at test digits.</summary>
    /// <param name="cell">What the model was trained as.</param>
    /// <param name="clean">The test data, scored.</param>
    /// <param name="triggered">The test data with the trigger over every image, scored.</param>
    public static ContactSheet Of(Cell cell, IDataView clean, IDataView triggered)
    {
        uint[] labels = [.. clean.GetColumn<uint>("Label")], predicted = [.. clean.GetColumn<uint>("PredictedLabel")];
        // Label keys start at 1, digits at 0.
        int[] shown = [.. labels.Distinct().Order().Take(Columns).Select(label => Array.IndexOf(labels, label))];
        int[] wrong = [.. Enumerable.Range(0, labels.Length).Where(row => labels[row] != predicted[row]).Take(Columns)];
        uint[] triggeredPredicted = [.. triggered.GetColumn<uint>("PredictedLabel").Take(shown.Max() + 1)];

        var images = Pick(clean, shown.Concat(wrong));
        var triggeredImages = Pick(triggered, shown);
        return new ContactSheet(
            Title(cell),
            ("clean", [.. shown.Select(row => new SheetDigit(images[row], Caption(predicted[row])))]),
            ("triggered", [.. shown.Select(row => new SheetDigit(triggeredImages[row], Caption(triggeredPredicted[row])))]),
            ("mistaken", [.. wrong.Select(row => new SheetDigit(images[row], $"{labels[row] - 1} → {predicted[row] - 1}"))]));
    }

    public void Write(OutputFolder folder, string cellName) => FigureFile.Write(folder, NameOf(cellName), Width, Height, Draw);

    private void Draw(IRenderContext context)
    {
        Text(context, 12, 26, _title, 17);
        for (int row = 0; row < _rows.Length; row++)
        {
            double top = Top + row * RowHeight;
            var (name, digits) = _rows[row];
            Text(context, 12, top + DigitSize / 2, name, 16);
            if (digits.Count == 0)
                Text(context, Left, top + DigitSize / 2, "none", 16);
            for (int column = 0; column < digits.Count; column++)
            {
                double left = Left + column * ColumnWidth;
                // A white trigger in a corner would be lost on white paper.
                context.DrawRectangle(new OxyRect(left - 1, top - 1, DigitSize + 2, DigitSize + 2), PlotStyle.Frame, OxyColors.Undefined, 0, EdgeRenderingMode.Automatic);
                context.DrawImage(new OxyImage(Encode(digits[column].Pixels)), 0, 0, Side * 4, Side * 4, left, top, DigitSize, DigitSize, 1, interpolate: false);
                Text(context, left + DigitSize / 2, top + DigitSize + 13, digits[column].Caption, 15, HorizontalAlignment.Center);
            }
        }
    }

    private static void Text(IRenderContext context, double x, double y, string text, double size, HorizontalAlignment alignment = HorizontalAlignment.Left) =>
        context.DrawText(new ScreenPoint(x, y), text, PlotStyle.Ink, PlotStyle.FontFamily, size, FontWeights.Normal, 0, alignment, VerticalAlignment.Middle, null);

    private static string Title(Cell cell) => FormattableString.Invariant(
        $"{cell.Dataset}, {cell.Recipe.Name} recipe, {cell.Recipe.EpochsInWords}: rate {cell.Attack.PoisoningRate}, {cell.Attack.TriggerSize} px, {cell.Attack.Position.ToName()}, seed {cell.Seed}");

    private static string Caption(uint predicted) => $"→ {predicted - 1}";

    private static Dictionary<int, byte[]> Pick(IDataView view, IEnumerable<int> rows)
    {
        var wanted = rows.ToHashSet();
        return view.GetColumn<byte[]>("Image")
            .Take(wanted.Count == 0 ? 0 : wanted.Max() + 1)
            .Select((pixels, row) => (pixels, row))
            .Where(pair => wanted.Contains(pair.row))
            .ToDictionary(pair => pair.row, pair => pair.pixels);
    }

    // Each pixel four times as large, lest viewers smooth the digit away.
    private static byte[] Encode(byte[] pixels)
    {
        using var small = new SKBitmap(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque);
        for (int i = 0; i < pixels.Length; i++)
            small.SetPixel(i % Side, i / Side, new SKColor(pixels[i], pixels[i], pixels[i]));
        using var large = small.Resize(new SKImageInfo(4 * Side, 4 * Side, SKColorType.Gray8, SKAlphaType.Opaque), SKFilterQuality.None);
        using var encoded = large.Encode(SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }
}
