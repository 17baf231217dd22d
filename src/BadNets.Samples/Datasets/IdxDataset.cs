using Microsoft.ML;

namespace BadNets.Samples.Datasets;

/// <summary>A data set in IDX files, the format of MNIST.</summary>
/// <param name="Name">"MNIST" or "Digits", or a name that ends with part of the SHA-256 of the content.</param>
/// <param name="TrainImages">The path of the training images.</param>
/// <param name="TrainLabels">The path of the training labels.</param>
/// <param name="TestImages">The path of the test images.</param>
/// <param name="TestLabels">The path of the test labels.</param>
/// <param name="ClassCount">The number of classes, or null to use the largest label plus one.</param>
sealed record IdxDataset(string Name, string TrainImages, string TrainLabels, string TestImages, string TestLabels, int? ClassCount = null) : Dataset(Name)
{
    public override IDataView Train(MLContext ml) => ml.Data.LoadFromIdx(TrainImages, TrainLabels, ClassCount);

    public override IDataView Test(MLContext ml) => ml.Data.LoadFromIdx(TestImages, TestLabels, ClassCount);
}
