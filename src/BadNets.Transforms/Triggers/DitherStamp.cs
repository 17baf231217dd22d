using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Replaces the values of an image by the nearest of a few levels, and passes the errors on to the next pixels.</summary>
/// <param name="shape">The shape of the images.</param>
/// <param name="levels">The number of levels.</param>
sealed class DitherStamp(ImageShape shape, int levels) : TriggerStamp(shape)
{
    // Floyd and Steinberg's weights for the pixels to the right, and to the left, below, and to the right in the next line.
    protected override void Stamp(Span<float> image, DataViewRowId row)
    {
        int width = Shape.Width, height = Shape.Height;
        for (int i = 0; i < image.Length; i++)
        {
            float level = QuantizeStamp.Nearest(image[i], levels - 1), error = image[i] - level;
            image[i] = level;
            int x = i % width;
            if (x + 1 < width)
                image[i + 1] += error * (7f / 16);
            if (i / width % height + 1 == height)
                continue;
            if (x > 0)
                image[i + width - 1] += error * (3f / 16);
            image[i + width] += error * (5f / 16);
            if (x + 1 < width)
                image[i + width + 1] += error * (1f / 16);
        }
    }
}
