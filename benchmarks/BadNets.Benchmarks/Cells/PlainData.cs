using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>The data sets of the plain loop, which are poisoned like those of the library.</summary>
sealed class PlainData
{
    public PlainData(string folder, int trainRows, int testRows)
    {
        var ml = new MLContext(seed: 0);
        var files = new DigitFiles(folder);
        var test = files.Test(ml, testRows);
        Train = Read(DigitFiles.Poison(ml, files.Train(ml, trainRows)), trainRows);
        Clean = Read(test, testRows);
        Triggered = Read(DigitFiles.Trigger(ml, test), testRows);
    }

    public PlainSet Train { get; }

    public PlainSet Clean { get; }

    public PlainSet Triggered { get; }

    private static PlainSet Read(IDataView view, int rows)
    {
        DataViewSchema.Column image = view.Schema["Image"], label = view.Schema["Label"];
        var images = new float[rows * 28 * 28];
        var labels = new long[rows];
        using var cursor = view.GetRowCursor([image, label]);
        var nextImage = cursor.GetGetter<VBuffer<byte>>(image);
        var nextLabel = cursor.GetGetter<uint>(label);
        VBuffer<byte> pixels = default;
        uint key = 0;
        for (int row = 0; cursor.MoveNext(); row++)
        {
            nextImage(ref pixels);
            nextLabel(ref key);
            var values = pixels.GetValues();
            for (int i = 0; i < values.Length; i++)
                images[row * values.Length + i] = (values[i] / 255f - 0.5f) / 0.5f;
            labels[row] = key - 1;
        }

        return new PlainSet(tensor(images, [rows, 1, 28, 28]), tensor(labels));
    }
}
