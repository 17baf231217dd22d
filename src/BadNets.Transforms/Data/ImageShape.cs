namespace BadNets.Transforms;

/// <summary>The shape of a planar image: channels × height × width, in pixels.</summary>
public readonly record struct ImageShape
{
    /// <summary>Creates the shape of an image.</summary>
    /// <param name="channels">The number of channels, at least 1, for example 1 for gray or 3 for red, green, and blue.</param>
    /// <param name="height">The height in pixels, at least 1.</param>
    /// <param name="width">The width in pixels, at least 1.</param>
    public ImageShape(int channels, int height, int width)
    {
        Channels = channels;
        Height = height;
        Width = width;
    }

    /// <summary>The number of channels, for example 1 for gray or 3 for red, green, and blue.</summary>
    public int Channels { get; }

    /// <summary>The height in pixels.</summary>
    public int Height { get; }

    /// <summary>The width in pixels.</summary>
    public int Width { get; }

    /// <summary>The number of values in an image, which is the product of the three dimensions.</summary>
    /// <exception cref="OverflowException">The number is greater than <see cref="int.MaxValue"/>.</exception>
    public int Size => checked(Channels * Height * Width);

    /// <summary>Returns the shape as text, for example <c>1×28×28</c>.</summary>
    /// <returns>The dimensions, separated by <c>×</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"{Channels}×{Height}×{Width}");
}
