namespace BadNets.Samples.Datasets;

/// <summary>Where the IDX files of a data set are.</summary>
/// <param name="Name">"MNIST", "Digits", or "idx-" and a part of the content's SHA-256; for reports and file names.</param>
/// <param name="TrainImages">Path of the training images.</param>
/// <param name="TrainLabels">Path of their labels.</param>
/// <param name="TestImages">Path of images that are not among the training images.</param>
/// <param name="TestLabels">Path of their labels.</param>
sealed record Dataset(string Name, string TrainImages, string TrainLabels, string TestImages, string TestLabels);
