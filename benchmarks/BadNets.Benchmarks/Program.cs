using System.Globalization;
using BadNets.Benchmarks;

const string Usage = $"""
    Commands:
      {SweepOptions.Usage}
      rows          the row path: load, mark, stamp, flip, drain; augmentation
      predictions   single predictions and batch scoring
      residual      a training step of ResNet-20 beside a plain TorchSharp loop; with --keep-memory as the sample program does
    """;

try
{
    return args switch
    {
        ["sweep", .. var rest] => Sweep.Run(SweepOptions.Parse(rest)),
        ["rows"] => BenchmarkJob.Run(typeof(PoisoningBenchmarks), typeof(StampBenchmarks), typeof(AugmentationBenchmarks)),
        ["predictions"] => BenchmarkJob.Run(typeof(PredictionBenchmarks), typeof(ScoringBenchmarks)),
        ["residual"] => ResidualStep.Run(isTuned: false),
        ["residual", "--keep-memory"] => ResidualStep.Run(isTuned: true),

        // The processes of a sweep.
        ["cells", .. var setup] => CellHost.Run(CellSetup.Parse(setup)),
        ["peak"] => MachinePeak.Run(),
        ["start", var folder] => StartUp.Run(folder),
        ["parts", var folder] => StepParts.Run(folder),
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
