using System.Runtime.CompilerServices;
using BadNets.Transforms;

namespace BadNets.Benchmarks;

/// <summary>Fused multiply-adds in registers, which depend on nothing but their own chain.</summary>
static class MultiplyAdds
{
    // The sum of the chains is stored here, so that the compiler keeps them.
    private const int MostLanes = 16;

    // Two units with a latency of four cycles need eight chains. More chains hide longer latencies, and with the two operands they still fit 16 registers.
    private const int Chains = 12;

    /// <summary>Returns the number of floating-point operations in a number of iterations.</summary>
    public static double Flops<T>(long iterations) where T : struct, ISimd<T> => 2.0 * Chains * T.Lanes * iterations;

    // The values converge to 2, so that they are never denormal.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Run<T>(long iterations) where T : struct, ISimd<T>
    {
        T factor = T.Create(0.5f), term = T.Create(1f);
        T a = T.Create(1), b = T.Create(2), c = T.Create(3), d = T.Create(4), e = T.Create(5), f = T.Create(6);
        T g = T.Create(7), h = T.Create(8), i = T.Create(9), j = T.Create(10), k = T.Create(11), l = T.Create(12);
        for (; iterations > 0; iterations--)
        {
            a = T.FusedMultiplyAdd(a, factor, term);
            b = T.FusedMultiplyAdd(b, factor, term);
            c = T.FusedMultiplyAdd(c, factor, term);
            d = T.FusedMultiplyAdd(d, factor, term);
            e = T.FusedMultiplyAdd(e, factor, term);
            f = T.FusedMultiplyAdd(f, factor, term);
            g = T.FusedMultiplyAdd(g, factor, term);
            h = T.FusedMultiplyAdd(h, factor, term);
            i = T.FusedMultiplyAdd(i, factor, term);
            j = T.FusedMultiplyAdd(j, factor, term);
            k = T.FusedMultiplyAdd(k, factor, term);
            l = T.FusedMultiplyAdd(l, factor, term);
        }

        float* sums = stackalloc float[MostLanes];
        T.Store(a + b + c + d + e + f + g + h + i + j + k + l, sums);
        if (!float.IsFinite(sums[0]))
            throw new InvalidOperationException("The fused multiply-adds gave a result that is not finite.");
    }
}
