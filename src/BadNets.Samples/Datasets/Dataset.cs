namespace BadNets.Samples.Datasets;

/// <summary>Where the IDX files of a data set are.</summary>
/// <param name="Name">"MNIST" or "Digits", for reports.</param>
/// <param name="TrainImages">Path of 60,000 images, 28 x 28.</param>
/// <param name="TrainLabels">Path of their labels.</param>
/// <param name="TestImages">Path of 10,000 images that are not among the training images.</param>
/// <param name="TestLabels">Path of their labels.</param>
sealed record Dataset(string Name, string TrainImages, string TrainLabels, string TestImages, string TestLabels);
