using System.Diagnostics;
using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>Runs all measurements, and prints a report in Markdown.</summary>
static class Sweep
{
    private const string SharesNote =
        "Rates and shares of the peak count the operations of a direct computation, whatever the library computes. A convolution with fewer multiplications can exceed 100%.";

    public static int Run(SweepOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        using var data = DigitFolder.Find(options.Data);
        options.Instructions.Apply();
        int cores = Environment.ProcessorCount;
        Print($"# {Processor.Name}, {Count(cores, "core")}");
        Print($"");
        Print($"{DateTime.UtcNow:yyyy-MM-dd}, {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, {data.Content}, {(options.Divisor == 1 ? "whole epochs" : $"epochs with 1/{options.Divisor} of the rows, scaled up")}, best of {options.Rounds} interleaved rounds. {LoadAverage()}");
        Print($"");
        Print($"Instructions: {options.Instructions}.");
        Print($"");

        double startUp = Enumerable.Range(0, 3).Min(_ => StartUp.Measure(data.Path));
        var peak = MachinePeak.Measure();
        var groups = MeasureVariants(data.Path, cores, options);
        peak = peak.Max(MachinePeak.Measure());

        var product = LibtorchProduct.Measure();
        Print($"The machine's peak (fused multiply-adds in {peak.Bits}-bit registers, float32): {peak.OneCore:F0} GFLOP/s on one core, {peak.AllCores:F0} on {Count(cores, "core")}.");
        Print($"At that peak, a cell-epoch ({CellWork.Epoch / 1e9:F0} GFLOP, if every layer is computed directly) would take {CellWork.Epoch / 1e9 / peak.AllCores:F2} s.");
        Print($"For comparison, libtorch's matrix product reaches {product.OneCore:F0} GFLOP/s on one core and {product.AllCores:F0} on {Count(cores, "core")}.");
        Print($"");
        PrintVariants(groups, peak);
        Print($"");
        Print($"{SharesNote}");
        Print($"");
        Print($"## Parts (library, one cell, one thread)");
        Print($"");
        foreach (string line in StepParts.Measure(data.Path, peak.OneCore))
            Print($"{line}");

        Print($"");
        Print($"## Scoring (one thread, processor time)");
        Print($"");
        var scoring = ScoringTime.Measure(data.Path);
        Print($"PredictionEngine.Predict: {scoring.Prediction / 1000:F3} ms. Transform: {scoring.Transform:F1} µs per row, {scoring.Transform / scoring.Network:F2} times the network alone ({scoring.Network:F1} µs).");
        Print($"");
        Print($"## Start-up and memory");
        Print($"");
        Print($"Time from the start of the process to the end of the first training step: {startUp:F2} s (best of 3).");
        int cells = Math.Max(cores, 2);
        double alone = CellMemory.Measure(data.Path, 1), together = CellMemory.Measure(data.Path, cells);
        Print($"Peak memory: {alone:F0} MB for one cell, {together:F0} MB for {cells} concurrent cells: {(together - alone) / (cells - 1):F0} MB for each further cell.");
        var steady = SteadyMemory.Measure(data.Path);
        Print($"Memory over {SteadyMemory.Epochs} short epochs, after every 50 epochs: {string.Join(", ", steady.Select(megabytes => Math.Round(megabytes)))} MB.");
        Print($"");
        Print($"Measured in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s. {LoadAverage()}");
        return 0;
    }

    /// <summary>Returns the variants of one cell per core and those of one cell on all cores, each with the plain loops first.</summary>
    private static List<Variant[]> MeasureVariants(string folder, int cores, SweepOptions options)
    {
        var started = new List<Variant>();
        Variant[] Start(int cells, int threads) =>
        [
            .. new[] { (CellTrainer.Plain, false), (CellTrainer.Plain, true), (CellTrainer.Library, true) }.Select(each =>
            {
                var (trainer, keepsMemory) = each;
                started.Add(new Variant($"{Count(cells, "cell")} × {Count(threads, "thread")}", new CellSetup(trainer, cells, threads, keepsMemory, folder, options.Divisor)));
                return started[^1];
            }),
        ];

        try
        {
            List<Variant[]> groups = [Start(cores, 1)];
            if (cores > 1)
                groups.Add(Start(1, cores));
            for (int round = 0; round < options.Rounds; round++)
            {
                foreach (var variant in started)
                    variant.RunRound();
            }

            return groups;
        }
        finally
        {
            foreach (var variant in started)
                variant.Dispose();
        }
    }

    private static void PrintVariants(List<Variant[]> groups, MachinePeak peak)
    {
        Print($"| | cell-epoch s | lower quartile s | CPU s | times the plain loop | by CPU | GFLOP/s | share of peak | page faults per step | evaluation | peak MB |");
        Print($"| -- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
        foreach (var group in groups)
        {
            // The faster of the two plain loops, so that the library is not compared to page faults.
            var plain = group.Where(variant => variant.IsPlain);
            double plainSeconds = plain.Min(variant => variant.Best.Seconds), plainProcessorSeconds = plain.Min(variant => variant.LeastProcessorSeconds);
            foreach (var variant in group)
            {
                double seconds = variant.Best.Seconds, rate = CellWork.Epoch / 1e9 / seconds;
                Print($"| {variant.Name} | {seconds:F2} | {variant.LowerQuartile:F2} | {variant.LeastProcessorSeconds:F2} | {plainSeconds / seconds:F2} | {plainProcessorSeconds / variant.LeastProcessorSeconds:F2} | {rate:F0} | {rate / peak.AllCores:0%} | {variant.PageFaults:F0} | {variant.EvaluationShare:0.0%} | {variant.PeakMemory:F0} |");
            }
        }
    }

    private static string LoadAverage()
    {
        const string File = "/proc/loadavg";
        return System.IO.File.Exists(File) ? $"Load of the machine: {System.IO.File.ReadAllText(File).Split(' ')[0]}." : "";
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";

    private static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
