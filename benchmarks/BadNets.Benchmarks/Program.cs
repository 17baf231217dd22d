using System.Globalization;
using BadNets.Benchmarks;

const string Usage = $"""
    Commands:
      {SweepOptions.Usage}
      growth DIR    how time and memory grow, one variable at a time; writes growth.csv and growth.svg into the folder
      rows          loading, marking, stamping, flipping, and reading rows; augmentation
      triggers      every kind of trigger
      predictions   single predictions and batch scoring
      residual      training and scoring of ResNet-20, compared to a plain TorchSharp loop
    """;

try
{
    return args switch
    {
        ["sweep", .. var rest] => Sweep.Run(SweepOptions.Parse(rest)),
        ["growth", var folder] => Growth.Run(folder),
        ["rows"] => BenchmarkJob.Run(typeof(PoisoningBenchmarks), typeof(StampBenchmarks), typeof(AugmentationBenchmarks)),
        ["triggers"] => BenchmarkJob.Run(typeof(TriggerBenchmarks)),
        ["predictions"] => BenchmarkJob.Run(typeof(PredictionBenchmarks), typeof(ScoringBenchmarks)),
        ["residual"] => ResidualStep.Run(),

        // The processes that a sweep or growth starts.
        ["cells", .. var setup] => CellHost.Run(CellSetup.Parse(setup)),
        ["grow", .. var point] => GrowthProcess.Run(GrowthPoint.Parse(point)),
        ["peak"] => MachinePeak.Run(),
        ["product"] => LibtorchProduct.Run(),
        ["start", var folder] => StartUp.Run(folder),
        ["parts", var folder, var peak] => StepParts.Run(folder, double.Parse(peak, CultureInfo.InvariantCulture)),
        ["memory", var folder, var cells] => CellMemory.Run(folder, int.Parse(cells, CultureInfo.InvariantCulture)),
        ["score", var folder] => ScoringTime.Run(folder),
        ["steady", var folder] => SteadyMemory.Run(folder),
        _ => throw new ArgumentException(Usage),
    };
}
catch (Exception failure) when (failure is ArgumentException or FileNotFoundException or InvalidOperationException)
{
    Console.Error.WriteLine(failure.Message);
    return 2;
}
