using BadNets.Transforms;
using Microsoft.ML;

namespace BadNets.Benchmarks;

/// <summary>A CNN trained for one epoch on a few rows: its speed is that of any other.</summary>
static class TrainedModel
{
    public static TorchCnnTransformer Fit(MLContext ml, IDataView train) =>
        ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(ml.Data.TakeRows(train, 1000));
}
