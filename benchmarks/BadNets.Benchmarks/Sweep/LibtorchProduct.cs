using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>
/// The computing rate of the fastest of a few square single-precision matrix products in libtorch, in GFLOP/s. It shows how much of the processor's peak
/// libtorch uses.
/// </summary>
/// <param name="OneCore">With one thread.</param>
/// <param name="AllCores">With as many threads as there are cores.</param>
readonly record struct LibtorchProduct(double OneCore, double AllCores)
{
    public static LibtorchProduct Measure()
    {
        using var process = new ChildProcess(["product"]);
        var values = Array.ConvertAll(process.ReadLine().Split(' '), value => double.Parse(value, CultureInfo.InvariantCulture));
        return new LibtorchProduct(values[0], values[1]);
    }

    /// <summary>The program of the child process.</summary>
    public static int Run()
    {
        double one = Measure(1), all = Environment.ProcessorCount > 1 ? Measure(Environment.ProcessorCount) : one;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one:R} {all:R}"));
        return 0;
    }

    private static double Measure(int threads)
    {
        set_num_threads(threads);
        double best = 0;
        foreach (long size in (ReadOnlySpan<long>)[512, 1024, 2048])
        {
            using var scope = NewDisposeScope();
            var (a, b, product) = (randn(size, size), randn(size, size), empty(size, size));
            long end = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 2;
            while (Stopwatch.GetTimestamp() < end)
            {
                long start = Stopwatch.GetTimestamp();
                product.addmm_(a, b, beta: 0, alpha: 1);
                best = Math.Max(best, 2.0 * size * size * size / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
            }
        }

        return best;
    }
}
