using System.Diagnostics;
using System.Globalization;
using BadNets.Transforms;

namespace BadNets.Benchmarks;

/// <summary>
/// The peak of the machine: the rate of independent fused multiply-adds in registers of the width that the library uses, in single-precision GFLOP/s.
/// </summary>
/// <param name="Bits">The width of a register.</param>
/// <param name="OneCore">The rate of one core.</param>
/// <param name="AllCores">The rate of all cores together.</param>
readonly record struct MachinePeak(int Bits, double OneCore, double AllCores)
{
    private const int Rounds = 30;

    // About 20 ms.
    private const long Iterations = 10_000_000;

    public static MachinePeak Measure()
    {
        using var process = new ChildProcess(["peak"]);
        string[] values = process.ReadLine().Split(' ');
        return new MachinePeak(
            int.Parse(values[0], CultureInfo.InvariantCulture), double.Parse(values[1], CultureInfo.InvariantCulture), double.Parse(values[2], CultureInfo.InvariantCulture));
    }

    /// <summary>Returns the larger rates of two measurements, because noise can only decrease them.</summary>
    public MachinePeak Max(MachinePeak other) => new(Bits, Math.Max(OneCore, other.OneCore), Math.Max(AllCores, other.AllCores));

    /// <summary>The program of the child process.</summary>
    public static int Run()
    {
        var peak = SimdWidth.Widest switch
        {
            SimdWidth.Of<Simd512> => Measure<Simd512>(),
            SimdWidth.Of<Simd256> => Measure<Simd256>(),
            SimdWidth.Of<Simd128> => Measure<Simd128>(),
            _ => throw new InvalidOperationException("The benchmark requires a processor with fused multiply-adds."),
        };
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{peak.Bits} {peak.OneCore:R} {peak.AllCores:R}"));
        return 0;
    }

    private static MachinePeak Measure<T>() where T : struct, ISimd<T> =>
        new(8 * sizeof(float) * T.Lanes, Measure<T>(cores: 1), Measure<T>(Environment.ProcessorCount));

    private static double Measure<T>(int cores) where T : struct, ISimd<T>
    {
        // The rounds of all threads start and end together.
        var times = new List<long>();
        using var meeting = new Barrier(cores, _ => times.Add(Stopwatch.GetTimestamp()));
        var threads = Enumerable.Range(0, cores).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                meeting.SignalAndWait();
                MultiplyAdds.Run<T>(Iterations);
            }

            meeting.SignalAndWait();
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        double best = times.Zip(times.Skip(1), (start, end) => Stopwatch.GetElapsedTime(start, end).TotalSeconds).Min();
        return cores * MultiplyAdds.Flops<T>(Iterations) / best / 1e9;
    }
}
