namespace BadNets.Transforms;

/// <summary>Reorders the weights of a convolution between libtorch's order and that of the kernels, where a vector register holds adjacent filters.</summary>
static unsafe class FilterOrder
{
    private const int Taps = ConvolutionShape.Kernel * ConvolutionShape.Kernel;

    /// <summary>Reorders from filter × channel × row × column to row × column × channel × filter.</summary>
    public static void Pack(in ConvolutionShape shape, float* weight, float* packed)
    {
        int channels = shape.Channels, filters = shape.Filters;
        for (int c = 0; c < channels; c++)
        {
            Transposition.Copy(weight + (c * Taps), channels * Taps, filters, Taps, packed + (c * filters), channels * filters);
        }
    }

    /// <summary>Reorders from row × column × channel × filter to filter × channel × row × column.</summary>
    public static void Unpack(in ConvolutionShape shape, float* packed, float* weight)
    {
        int channels = shape.Channels, filters = shape.Filters;
        for (int c = 0; c < channels; c++)
        {
            Transposition.Copy(packed + (c * filters), channels * filters, Taps, filters, weight + (c * Taps), channels * Taps);
        }
    }
}
