namespace BadNets.Transforms;

/// <summary>The shape of a planar image: channels × height × width.</summary>
/// <param name="Channels">The number of channels, at least 1: 1 for gray, 3 for red, green and blue.</param>
/// <param name="Height">The number of rows of pixels, at least 1.</param>
/// <param name="Width">The number of columns of pixels, at least 1.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>The number of values in an image.</summary>
    /// <exception cref="OverflowException">There are more than can be counted.</exception>
    public int Size => checked(Channels * Height * Width);

    /// <summary>For example <c>1×28×28</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Channels}×{Height}×{Width}");
}
