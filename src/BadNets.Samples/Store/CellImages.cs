using System.Text.Json;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>The content of images.json: a few test images, clean and triggered, and what a cell's model answers.</summary>
/// <param name="Format">The version of the format.</param>
/// <param name="Width">The width of all images, in pixels.</param>
/// <param name="Height">The height of all images, in pixels.</param>
/// <param name="Images">The images.</param>
[method: JsonConstructor]
sealed record CellImages(int Format, int Width, int Height, IReadOnlyList<CellImage> Images)
{
    private const int OnlyFormat = 1;
    private const int LargestSide = 1024;

    public CellImages(int width, int height, IReadOnlyList<CellImage> images)
        : this(OnlyFormat, width, height, images)
    {
    }

    /// <returns>The images, or null if there are none.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or a newer version wrote it.</exception>
    public static CellImages? Read(CellFolder folder)
    {
        if (SharedFile.ReadBytes(folder.Images) is not { } content)
            return null;
        try
        {
            var images = CellJson.Read<CellImages>(content);
            return images.FindFault() is { } fault ? throw Damaged(folder, fault, null) : images;
        }
        catch (Exception fault) when (fault is JsonException or UsageException)
        {
            throw Damaged(folder, CellJson.Explain(fault).TrimEnd('.'), fault);
        }
    }

    public void Write(CellFolder folder) => AtomicFile.Write(folder.Images, stream => JsonSerializer.Serialize(stream, this, CellJson.Options));

    private string? FindFault() =>
        Format != OnlyFormat ? FormattableString.Invariant($"its format is {Format}, but this version reads {OnlyFormat}")
        : Width is < 1 or > LargestSide || Height is < 1 or > LargestSide ? FormattableString.Invariant($"its images have {Width} × {Height} pixels, but a side must be from 1 to {LargestSide}")
        : Images.Any(image => image is null) ? "an image is null"
        : Images.Any(image => ImageType.Of(image.Clean) is null || ImageType.Of(image.Triggered) is null) ? "an image is neither WebP nor PNG"
        : null;

    private static InvalidDataException Damaged(CellFolder folder, string fault, Exception? cause) =>
        new($"'{folder.Images}' cannot be read: {fault}; delete it, and repeat the command that trained the cell to make it again.", cause);
}
