namespace BadNets.Samples.Drawing;

/// <summary>A row of a contact sheet: what its images have in common, and the images.</summary>
sealed record SheetRow(string Name, IReadOnlyList<SheetImage> Images);
