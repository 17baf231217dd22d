using System.Buffers;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// A trigger fitted to one image shape; created by <see cref="Trigger.FitTo"/>, used for many images. Images are planar, channels × height × width, with
/// pixels from 0 to 255.
/// </summary>
/// <remarks>
/// <para>
/// A kind of trigger implements <see cref="Stamp(Span{float}, DataViewRowId)"/>. The base class converts the result to pixels: changed
/// values are rounded to the nearest whole number (halves to even) and clamped to 0…255, and unchanged values keep their bits. Images of bytes,
/// images of floats, and <see cref="MLImage"/> therefore get the same pixels.
/// </para>
/// <para>Several threads use a stamp at the same time, so it must not change.</para>
/// </remarks>
public abstract class TriggerStamp
{
    private readonly int _size;

    /// <summary>Creates a stamp for images of a shape.</summary>
    /// <param name="shape">The shape, each dimension at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is below 1.</exception>
    /// <exception cref="OverflowException">An image has more than 2,147,483,647 values.</exception>
    protected TriggerStamp(ImageShape shape)
    {
        if (shape is not { Channels: > 0, Height: > 0, Width: > 0 })
            throw new ArgumentOutOfRangeException(nameof(shape), $"Images must have at least one channel, row, and column, but these are {shape}.");
        Shape = shape;
        _size = shape.Size;
    }

    /// <summary>The shape of the images.</summary>
    public ImageShape Shape { get; }

    /// <summary>Stamps an image of bytes.</summary>
    /// <param name="image">The image, channels × height × width, changed in place.</param>
    /// <param name="row">The ID of the image's row. Triggers for which <see cref="Trigger.DiffersByRow"/> is false ignore it.</param>
    /// <exception cref="ArgumentException">The image does not have as many values as the shape.</exception>
    public void Apply(Span<byte> image, DataViewRowId row)
    {
        CheckSize(image.Length, nameof(image));
        Stamp(image, row);
    }

    /// <summary>Stamps an image of floats.</summary>
    /// <param name="image">The image, channels × height × width, with values from 0 to 255, changed in place.</param>
    /// <param name="row">The ID of the image's row. Triggers for which <see cref="Trigger.DiffersByRow"/> is false ignore it.</param>
    /// <exception cref="ArgumentException">The image does not have as many values as the shape.</exception>
    public void Apply(Span<float> image, DataViewRowId row)
    {
        CheckSize(image.Length, nameof(image));
        StampPixels(image, row);
    }

    /// <summary>Writes the trigger into an image.</summary>
    /// <param name="image">
    /// The image, channels × height × width, with values from 0 to 255. Any result may be written; the base class rounds and clamps it.
    /// </param>
    /// <param name="row">
    /// The ID of the image's row. It is the same in shuffled and in parallel cursors, so a trigger that differs from row to row derives its random
    /// numbers from it (and from its own seed).
    /// </param>
    protected abstract void Stamp(Span<float> image, DataViewRowId row);

    /// <summary>
    /// Writes the trigger into an image of bytes. The base class calls <see cref="Stamp(Span{float}, DataViewRowId)"/>; a kind can override this
    /// method to be faster, with the same results.
    /// </summary>
    /// <param name="image">The image, channels × height × width.</param>
    /// <param name="row">The ID of the image's row.</param>
    protected virtual void Stamp(Span<byte> image, DataViewRowId row)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(image.Length);
        var values = rented.AsSpan(0, image.Length);
        for (int i = 0; i < image.Length; i++)
            values[i] = image[i];
        Stamp(values, row);
        for (int i = 0; i < image.Length; i++)
            image[i] = (byte)ToPixel(values[i]);
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Stamps an image of floats so that all values that change become whole numbers from 0 to 255.</summary>
    internal virtual void StampPixels(Span<float> image, DataViewRowId row)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(image.Length);
        var original = rented.AsSpan(0, image.Length);
        image.CopyTo(original);
        Stamp(image, row);
        for (int i = 0; i < image.Length; i++)
            image[i] = BitConverter.SingleToInt32Bits(image[i]) == BitConverter.SingleToInt32Bits(original[i]) ? original[i] : ToPixel(image[i]);
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Stamps an interleaved image of four bytes per pixel. Pixels that change become opaque.</summary>
    /// <param name="image">height × width × 4.</param>
    /// <param name="blueFirst">Whether the bytes of a pixel are blue, green, red, alpha instead of red, green, blue, alpha.</param>
    /// <param name="row">The ID of the image's row.</param>
    internal virtual void StampInterleaved(Span<byte> image, bool blueFirst, DataViewRowId row)
    {
        int size = image.Length / 4, first = blueFirst ? 2 : 0;
        byte[] rented = ArrayPool<byte>.Shared.Rent(3 * size);
        var planes = rented.AsSpan(0, 3 * size);
        Span<byte> red = planes[..size], green = planes[size..(2 * size)], blue = planes[(2 * size)..];
        for (int i = 0; i < size; i++)
        {
            var pixel = image.Slice(4 * i, 4);
            (red[i], green[i], blue[i]) = (pixel[first], pixel[1], pixel[2 - first]);
        }

        Stamp(planes, row);
        for (int i = 0; i < size; i++)
        {
            var pixel = image.Slice(4 * i, 4);
            if ((pixel[first], pixel[1], pixel[2 - first]) != (red[i], green[i], blue[i]))
                (pixel[first], pixel[1], pixel[2 - first], pixel[3]) = (red[i], green[i], blue[i], 255);
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    // Not a number becomes 0, as in a conversion to a byte.
    private static float ToPixel(float value) => value >= 255 ? 255 : value > 0 ? MathF.Round(value) : 0;

    private void CheckSize(int length, string paramName)
    {
        if (length != _size)
            throw new ArgumentException($"The trigger is fitted to images of {Shape}, which have {_size} values, but this one has {length}.", paramName);
    }
}
