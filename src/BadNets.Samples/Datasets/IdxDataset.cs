using Microsoft.ML;

namespace BadNets.Samples.Datasets;

/// <summary>A data set in IDX files, the format of MNIST.</summary>
/// <param name="Name">"MNIST", "Digits", or "idx-" and a part of the content's SHA-256.</param>
/// <param name="TrainImages">Path of the training images.</param>
/// <param name="TrainLabels">Path of their labels.</param>
/// <param name="TestImages">Path of images that are not among the training images.</param>
/// <param name="TestLabels">Path of their labels.</param>
sealed record IdxDataset(string Name, string TrainImages, string TrainLabels, string TestImages, string TestLabels) : Dataset(Name)
{
    public override IDataView Train(MLContext ml) => ml.Data.LoadFromIdx(TrainImages, TrainLabels);

    public override IDataView Test(MLContext ml) => ml.Data.LoadFromIdx(TestImages, TestLabels);
}
