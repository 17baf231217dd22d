using BadNets.Transforms;

namespace BadNets.Samples.Previews;

/// <summary>What an attack does to a few images.</summary>
/// <param name="Title">The name of the attack, or a description of its trigger.</param>
/// <param name="Description">The attack in a sentence.</param>
/// <param name="Shape">The shape of all images.</param>
/// <param name="Rows">The images: clean, triggered, and the difference.</param>
sealed record TriggerPreview(string Title, string Description, ImageShape Shape, IReadOnlyList<PreviewRow> Rows);
