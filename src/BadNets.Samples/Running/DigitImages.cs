using BadNets.Samples.Datasets;
using Microsoft.ML;

namespace BadNets.Samples.Running;

/// <summary>A data set as views, whole or cut to its first rows.</summary>
sealed class DigitImages
{
    // As many test rows for each training row as MNIST has.
    private const int TrainRowsPerTestRow = 6;

    private readonly Dataset _dataset;

    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public DigitImages(Dataset dataset, int? rows)
    {
        _dataset = dataset;
        TrainRows = rows ?? long.MaxValue;
        TestRows = rows is { } cut ? Math.Max(1, cut / TrainRowsPerTestRow) : long.MaxValue;
        var ml = new MLContext();
        TrainRows = Math.Min(TrainRows, LoadTrain(ml).GetRowCount()!.Value);
        TestRows = Math.Min(TestRows, LoadTest(ml).GetRowCount()!.Value);
        IsCut = rows is not null;
    }

    public string Name => _dataset.Name;

    public long TrainRows { get; }

    public long TestRows { get; }

    private bool IsCut { get; }

    public IDataView Train(MLContext ml) => Cut(ml, LoadTrain(ml), TrainRows);

    public IDataView Test(MLContext ml) => Cut(ml, LoadTest(ml), TestRows);

    private IDataView LoadTrain(MLContext ml) => ml.Data.LoadFromIdx(_dataset.TrainImages, _dataset.TrainLabels);

    private IDataView LoadTest(MLContext ml) => ml.Data.LoadFromIdx(_dataset.TestImages, _dataset.TestLabels);

    private IDataView Cut(MLContext ml, IDataView view, long rows) => IsCut ? ml.Data.TakeRows(view, rows) : view;
}
