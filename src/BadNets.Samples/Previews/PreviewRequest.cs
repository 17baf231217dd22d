using BadNets.Samples.Experiments;
using BadNets.Samples.Running;

namespace BadNets.Samples.Previews;

/// <summary>What the user wants to see.</summary>
/// <param name="Name">The beginning of the names of the files.</param>
/// <param name="Attacks">The attacks and their names.</param>
/// <param name="Data">The data set whose test images are drawn.</param>
/// <param name="Count">How many images to draw.</param>
/// <param name="Label">The label of the images, or null for images of different labels.</param>
sealed record PreviewRequest(string Name, IReadOnlyList<(string Name, Attack Attack)> Attacks, DataChoice Data, int Count, string? Label);
