using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>Reorders the weights of a convolution between libtorch's order and that of the kernels, where a vector register holds adjacent filters.</summary>
static unsafe class FilterOrder
{
    private const int Taps = ConvolutionShape.Kernel * ConvolutionShape.Kernel;

    /// <summary>Reorders from filter × channel × row × column to row × column × channel × filter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(in ConvolutionShape shape, float* weight, float* packed)
    {
        int channels = shape.Channels, filters = shape.Filters;
        for (int f = 0; f < filters; f++)
        {
            for (int c = 0; c < channels; c++)
            {
                for (int tap = 0; tap < Taps; tap++)
                {
                    packed[(((tap * channels) + c) * filters) + f] = *weight++;
                }
            }
        }
    }

    /// <summary>Reorders from row × column × channel × filter to filter × channel × row × column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(in ConvolutionShape shape, float* packed, float* weight)
    {
        int channels = shape.Channels, filters = shape.Filters;
        for (int f = 0; f < filters; f++)
        {
            for (int c = 0; c < channels; c++)
            {
                for (int tap = 0; tap < Taps; tap++)
                {
                    *weight++ = packed[(((tap * channels) + c) * filters) + f];
                }
            }
        }
    }
}
