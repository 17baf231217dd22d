using BadNets.Samples.Errors;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Running;

/// <summary>Reads an image file of the user's as a model takes it.</summary>
static class UserImage
{
    private const byte Middle = 127;

    /// <returns>The pixels, and what was done to get them.</returns>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not an image.</exception>
    public static (byte[] Pixels, string Changes) Read(MLContext ml, string path, ImageShape shape)
    {
        if (!File.Exists(path))
            throw new UsageException($"There is no image '{path}'.");

        // The library reads images from folders.
        string folder = Directory.CreateTempSubdirectory("badnets-").FullName;
        string copy = Path.Combine(folder, "image", "image.png");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
            var size = ((VectorDataViewType)ml.Data.LoadFromImageFolder(folder, channels: shape.Channels).Schema["Image"].Type).Dimensions;
            byte[] pixels = ml.Data.LoadFromImageFolder(folder, shape.Width, shape.Height, shape.Channels).GetColumn<byte[]>("Image").Single();
            List<string> changes = [];
            if (size[1] != shape.Height || size[2] != shape.Width)
                changes.Add(FormattableString.Invariant($"resized from {size[2]}×{size[1]} to {shape.Width}×{shape.Height} pixels"));
            if (shape.Channels == 1)
                changes.Add("converted to grayscale");
            if (shape.Channels == 1 && HasLightEdge(pixels, shape))
            {
                pixels = [.. pixels.Select(value => (byte)(byte.MaxValue - value))];
                changes.Add("inverted because its background is light");
            }

            return (pixels, changes.Count == 0 ? "unchanged" : string.Join(", ", changes));
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException(fault.Message.Replace(copy, path, StringComparison.Ordinal), fault);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Digits on paper are dark on light; those that models are trained on are light on dark.
    private static bool HasLightEdge(byte[] pixels, ImageShape shape) => Enumerable.Range(0, shape.Height * shape.Width)
        .Where(i => i / shape.Width is var row && i % shape.Width is var column && (row == 0 || row == shape.Height - 1 || column == 0 || column == shape.Width - 1))
        .Average(i => pixels[i]) > Middle;
}
