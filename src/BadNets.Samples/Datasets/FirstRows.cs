using Microsoft.ML;

namespace BadNets.Samples.Datasets;

/// <summary>The first rows of a data set, or rows drawn at random if the data set is ordered by class.</summary>
/// <param name="Whole">The data set.</param>
/// <param name="TrainRows">The number of training rows.</param>
sealed record FirstRows(Dataset Whole, int TrainRows) : Dataset(FormattableString.Invariant($"{Whole.Name}-first{TrainRows}"))
{
    // The same ratio of test rows to training rows as in MNIST.
    private const int TrainRowsPerTestRow = 6;

    public override IDataView Train(MLContext ml) => First(ml, Whole.Train(ml), TrainRows);

    public override IDataView Test(MLContext ml) => First(ml, Whole.Test(ml), Math.Max(1, TrainRows / TrainRowsPerTestRow));

    private IDataView First(MLContext ml, IDataView view, int rows) =>
        ml.Data.TakeRows(Whole.IsOrderedByClass ? ml.Data.ShuffleRows(view, seed: 0) : view, rows);
}
