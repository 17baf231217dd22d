namespace BadNets.Samples.Experiments;

/// <summary>What a cell is trained and tested on.</summary>
/// <param name="Name">The data set's name. It stands for the content: different content has a different name.</param>
/// <param name="TrainRows">The number of training rows.</param>
/// <param name="TestRows">The number of test rows.</param>
sealed record DatasetIdentity(string Name, long TrainRows, long TestRows);
