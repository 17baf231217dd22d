using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Benchmarks;

/// <summary>The four IDX files of a folder as views, poisoned as in the published experiments.</summary>
sealed class DigitFiles(string folder)
{
    private const int Target = 1;

    private static readonly Trigger Square = BadNets.Transforms.Trigger.Square(size: 5, TriggerPosition.BottomRight);

    public string TrainImages => Find("train-images-idx3-ubyte");

    public string TrainLabels => Find("train-labels-idx1-ubyte");

    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    public void Check() => _ = (TrainImages, TrainLabels, TestImages, TestLabels);

    public IDataView Train(MLContext ml, int rows) => Cut(ml, ml.Data.LoadFromIdx(TrainImages, TrainLabels), rows);

    public IDataView Test(MLContext ml, int rows) => Cut(ml, ml.Data.LoadFromIdx(TestImages, TestLabels), rows);

    /// <summary>Poisons a tenth of the rows of a training view.</summary>
    public static IDataView Poison(MLContext ml, IDataView train) =>
        new EstimatorChain<ITransformer>()
            .Append(ml.Transforms.MarkPoisoned("Poisoned", rate: 0.1))
            .Append(ml.Transforms.StampTrigger("Image", Square, whereColumnName: "Poisoned"))
            .Append(ml.Transforms.FlipLabel("Label", Target, whereColumnName: "Poisoned"))
            .Fit(train)
            .Transform(train);

    /// <summary>Stamps the trigger on every image of a test view, and replaces every label with the target label.</summary>
    public static IDataView Trigger(MLContext ml, IDataView test) =>
        ml.Transforms.StampTrigger("Image", Square).Append(ml.Transforms.FlipLabel("Label", Target)).Fit(test).Transform(test);

    private string TestImages => Find("t10k-images-idx3-ubyte");

    private string TestLabels => Find("t10k-labels-idx1-ubyte");

    private string Find(string name)
    {
        string plain = Path.Combine(folder, name), compressed = plain + ".gz";
        return File.Exists(plain) ? plain : File.Exists(compressed) ? compressed : throw new FileNotFoundException($"The folder '{folder}' does not contain {name} or {name}.gz.");
    }

    private static IDataView Cut(MLContext ml, IDataView view, int rows) => rows < view.GetRowCount() ? ml.Data.TakeRows(view, rows) : view;
}
