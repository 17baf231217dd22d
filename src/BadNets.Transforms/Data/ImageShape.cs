namespace BadNets.Transforms;

/// <summary>The shape of a planar image: channels × height × width.</summary>
public readonly record struct ImageShape
{
    /// <summary>Creates a shape.</summary>
    /// <param name="channels">The number of channels, at least 1: 1 for gray, 3 for red, green, and blue.</param>
    /// <param name="height">The number of rows of pixels, at least 1.</param>
    /// <param name="width">The number of columns of pixels, at least 1.</param>
    public ImageShape(int channels, int height, int width)
    {
        Channels = channels;
        Height = height;
        Width = width;
    }

    /// <summary>The number of channels: 1 for gray, 3 for red, green, and blue.</summary>
    public int Channels { get; }

    /// <summary>The number of rows of pixels.</summary>
    public int Height { get; }

    /// <summary>The number of columns of pixels.</summary>
    public int Width { get; }

    /// <summary>The number of values in an image.</summary>
    /// <exception cref="OverflowException">There are more than can be counted.</exception>
    public int Size => checked(Channels * Height * Width);

    /// <summary>For example <c>1×28×28</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Channels}×{Height}×{Width}");
}
