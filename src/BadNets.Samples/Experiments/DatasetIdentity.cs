namespace BadNets.Samples.Experiments;

/// <summary>The data set that a cell is trained and tested on.</summary>
/// <param name="Name">The name of the data set. Different content has a different name.</param>
/// <param name="TrainRows">The number of training rows.</param>
/// <param name="TestRows">The number of test rows.</param>
sealed record DatasetIdentity(string Name, long TrainRows, long TestRows);
