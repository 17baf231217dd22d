using System.Buffers;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// A trigger that is fitted to an image shape and can be applied to many images. Created by <see cref="Trigger.FitTo"/>. Images are planar (channels
/// × height × width), with pixels from 0 to 255.
/// </summary>
/// <remarks>
/// <para>
/// A derived class implements <see cref="Stamp(Span{float}, DataViewRowId)"/>. The base class converts the result to pixels: changed values are
/// rounded to the nearest whole number (midpoints to even) and clamped to 0…255, and unchanged values keep their bits. Therefore, images of bytes,
/// images of floats, and <see cref="MLImage"/> get the same pixels.
/// </para>
/// <para>Several threads can use a stamp at the same time, so derived classes must be immutable.</para>
/// </remarks>
public abstract class TriggerStamp
{
    private readonly int _size;

    /// <summary>Creates a stamp for images of a shape.</summary>
    /// <param name="shape">The shape of the images. Each dimension must be at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is less than 1.</exception>
    /// <exception cref="OverflowException">An image has more than 2,147,483,647 values.</exception>
    protected TriggerStamp(ImageShape shape)
    {
        if (shape is not { Channels: > 0, Height: > 0, Width: > 0 })
            throw new ArgumentOutOfRangeException(nameof(shape), $"Each dimension of the images must be at least 1, but the shape is {shape}.");
        Shape = shape;
        _size = shape.Size;
    }

    /// <summary>The shape of the images.</summary>
    public ImageShape Shape { get; }

    /// <summary>Stamps the trigger on an image of bytes.</summary>
    /// <param name="image">The image, channels × height × width. It is changed in place.</param>
    /// <param name="row">The ID of the row of the image. It is ignored if <see cref="Trigger.DiffersByRow"/> is <see langword="false"/>.</param>
    /// <exception cref="ArgumentException">The number of values in the image is not that of the shape.</exception>
    public void Apply(Span<byte> image, DataViewRowId row)
    {
        CheckSize(image.Length, nameof(image));
        Stamp(image, row);
    }

    /// <summary>Stamps the trigger on an image of floats.</summary>
    /// <param name="image">The image, channels × height × width, with values from 0 to 255. It is changed in place.</param>
    /// <param name="row">The ID of the row of the image. It is ignored if <see cref="Trigger.DiffersByRow"/> is <see langword="false"/>.</param>
    /// <exception cref="ArgumentException">The number of values in the image is not that of the shape.</exception>
    public void Apply(Span<float> image, DataViewRowId row)
    {
        CheckSize(image.Length, nameof(image));
        StampPixels(image, row);
    }

    /// <summary>Changes an image of floats. Implemented by derived classes.</summary>
    /// <param name="image">
    /// The image, channels × height × width, with values from 0 to 255. The method can write any values, because the base class rounds and clamps
    /// them.
    /// </param>
    /// <param name="row">
    /// The ID of the row of the image. It is the same in shuffled and parallel cursors, so a trigger that differs from row to row should derive its
    /// random numbers from it (and from its own seed).
    /// </param>
    protected abstract void Stamp(Span<float> image, DataViewRowId row);

    /// <summary>
    /// Changes an image of bytes. The default implementation calls <see cref="Stamp(Span{float}, DataViewRowId)"/>. A derived class can override this
    /// method with a faster one that gives the same results.
    /// </summary>
    /// <param name="image">The image, channels × height × width, with values from 0 to 255.</param>
    /// <param name="row">The ID of the row of the image.</param>
    protected virtual void Stamp(Span<byte> image, DataViewRowId row)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(image.Length);
        var values = rented.AsSpan(0, image.Length);
        PixelConversion.ToFloats(image, values);
        Stamp(values, row);
        PixelConversion.ToBytes(values, image);
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Stamps an image of floats. All values that change become whole numbers from 0 to 255.</summary>
    internal virtual void StampPixels(Span<float> image, DataViewRowId row)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(image.Length);
        var original = rented.AsSpan(0, image.Length);
        image.CopyTo(original);
        Stamp(image, row);
        PixelConversion.ToPixelsWhereChanged(original, image);
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Stamps an interleaved image of four bytes per pixel. Pixels that change become opaque.</summary>
    /// <param name="image">The image, height × width × 4.</param>
    /// <param name="blueFirst">Whether the bytes of a pixel are blue, green, red, alpha instead of red, green, blue, alpha.</param>
    /// <param name="row">The ID of the row of the image.</param>
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

    private void CheckSize(int length, string paramName)
    {
        if (length != _size)
            throw new ArgumentException($"The image has {length} values, but the trigger is fitted to images of {Shape}, which have {_size} values.", paramName);
    }
}
