using BadNets.Transforms;
using Microsoft.ML;

namespace BadNets.Benchmarks;

/// <summary>Trains a CNN for one epoch on a few rows. It is as fast as any other model.</summary>
static class TrainedModel
{
    public static TorchCnnTransformer Fit(MLContext ml, IDataView train) =>
        ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(ml.Data.TakeRows(train, 1000));
}
