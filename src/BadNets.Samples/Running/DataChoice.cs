namespace BadNets.Samples.Running;

/// <summary>The data that the user requests.</summary>
/// <param name="Dataset">The data set as <c>--dataset</c> takes it.</param>
/// <param name="Directory">The folder with its files, or null.</param>
/// <param name="Rows">How many training rows to use at most, or null for all.</param>
/// <param name="ImageSize">The width and height to which images are resized, or null.</param>
sealed record DataChoice(string Dataset, string? Directory, int? Rows, int? ImageSize);
