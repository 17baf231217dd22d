using System.Diagnostics;
using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>Runs all measurements, and prints a report in Markdown.</summary>
static class Sweep
{
    private const double TrainFlops = 7.44e6;
    private const double TestFlops = 2.63e6;
    private const double CellEpochFlops = DigitFolder.TrainRows * TrainFlops + 2 * DigitFolder.TestRows * TestFlops;

    public static int Run(SweepOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        using var data = DigitFolder.Find(options.Data);
        int cores = Environment.ProcessorCount;
        Print($"# {Processor.Name}, {Count(cores, "core")}");
        Print($"");
        Print($"{DateTime.UtcNow:yyyy-MM-dd}, {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, {data.Content}, {(options.Divisor == 1 ? "whole epochs" : $"epochs with 1/{options.Divisor} of the rows, scaled up")}, best of {options.Rounds} interleaved rounds. {LoadAverage()}");
        Print($"");

        double startUp = Enumerable.Range(0, 3).Min(_ => StartUp.Measure(data.Path));
        var peak = MachinePeak.Measure();
        var variants = MeasureVariants(data.Path, cores, options);
        peak = peak.Max(MachinePeak.Measure());

        Print($"The machine's peak (matrix multiply in libtorch, float32): {peak.OneCore:F0} GFLOP/s on one core, {peak.AllCores:F0} on {Count(cores, "core")}.");
        Print($"At that peak, a cell-epoch ({CellEpochFlops / 1e9:F0} GFLOP) would take {CellEpochFlops / 1e9 / peak.AllCores:F2} s.");
        Print($"");
        PrintVariants(variants, peak);
        Print($"");
        Print($"## Parts (library, one cell, one thread)");
        Print($"");
        foreach (string line in StepParts.Measure(data.Path))
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

    private static List<Variant> MeasureVariants(string folder, int cores, SweepOptions options)
    {
        CellSetup Setup(CellTrainer trainer, bool alone, bool tuned, bool sleeping = false) =>
            new(trainer, alone ? 1 : cores, alone ? cores : 1, tuned, sleeping, folder, options.Divisor);

        var variants = new List<Variant>();
        try
        {
            string together = $"{Count(cores, "cell")} × 1 thread", alone = $"1 cell × {Count(cores, "thread")}";
            variants.Add(new Variant($"plain loop, {together}", Setup(CellTrainer.Plain, alone: false, tuned: false)));
            variants.Add(new Variant($"library, {together}", Setup(CellTrainer.Library, alone: false, tuned: false)));
            variants.Add(new Variant($"library + mallopt, {together}", Setup(CellTrainer.Library, alone: false, tuned: true)));
            variants.Add(new Variant($"plain loop, {alone}", Setup(CellTrainer.Plain, alone: true, tuned: false)));
            variants.Add(new Variant($"library + mallopt, {alone}", Setup(CellTrainer.Library, alone: true, tuned: true)));
            variants.Add(new Variant($"library + mallopt + GOMP_SPINCOUNT=0, {alone}", Setup(CellTrainer.Library, alone: true, tuned: true, sleeping: true)));
            for (int round = 0; round < options.Rounds; round++)
            {
                foreach (var variant in variants)
                    variant.RunRound();
            }
        }
        finally
        {
            foreach (var variant in variants)
                variant.Dispose();
        }

        return variants;
    }

    private static void PrintVariants(List<Variant> variants, MachinePeak peak)
    {
        Print($"| | cell-epoch s | lower quartile s | CPU s | times the plain loop | by CPU | share of peak | evaluation | peak MB |");
        Print($"| -- | --: | --: | --: | --: | --: | --: | --: | --: |");
        Variant plain = variants[0];
        foreach (var variant in variants)
        {
            if (variant.Name.StartsWith("plain", StringComparison.Ordinal))
                plain = variant;
            double seconds = variant.Best.Seconds;
            Print($"| {variant.Name} | {seconds:F2} | {variant.LowerQuartile:F2} | {variant.LeastProcessorSeconds:F2} | {plain.Best.Seconds / seconds:F2} | {plain.LeastProcessorSeconds / variant.LeastProcessorSeconds:F2} | {CellEpochFlops / 1e9 / seconds / peak.AllCores:P0} | {variant.EvaluationShare:P1} | {variant.PeakMemory:F0} |");
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
