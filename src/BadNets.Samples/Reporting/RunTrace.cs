using System.Globalization;
using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using BadNets.Transforms;

namespace BadNets.Samples.Reporting;

/// <summary>A run as its CSV file has it.</summary>
/// <param name="Experiment">The experiment it belongs to.</param>
/// <param name="Cell">What it is a run of.</param>
/// <param name="Epochs">The epochs that are finished.</param>
/// <param name="CellName">The name of the training's own files.</param>
sealed record RunTrace(Experiment Experiment, Cell Cell, IReadOnlyList<RunCsvRow> Epochs, string CellName)
{
    // Below this a model says one and the same of nearly every image, and that it says the target of triggered ones means nothing.
    private const double TrainedAccuracy = 0.5;

    public const double SuccessRate = 0.9;

    public string Name => Epochs[^1].RunName;

    public RunCsvRow Last => Epochs[^1];

    public bool IsComplete => Epochs.Count == Cell.Recipe.Epochs;

    /// <summary>The first epoch in which the attack works on a model that can tell digits apart, or null.</summary>
    public int? FirstSuccess => Epochs.FirstOrDefault(Works)?.Epoch;

    /// <summary>The epoch from which on the attack works in every epoch there is, or null.</summary>
    public int? LastingSuccess => Epochs.Reverse().TakeWhile(Works).LastOrDefault()?.Epoch;

    /// <summary>How far the attack's success moves from one epoch to the next, on average, once it has worked; null if it never or hardly has.</summary>
    public double? Volatility
    {
        get
        {
            double[] rates = FirstSuccess is { } first ? [.. Epochs.Skip(first).Select(epoch => epoch.AttackSuccess)] : [];
            return rates.Length < 3 ? null : rates.Zip(rates.Skip(1), (before, after) => Math.Abs(after - before)).Average();
        }
    }

    private static bool Works(RunCsvRow epoch) => epoch.AttackSuccess >= SuccessRate && epoch.CleanAccuracy >= TrainedAccuracy;

    /// <summary>Reads all runs in a folder of results.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static IReadOnlyList<RunTrace> ReadAll(OutputFolder folder) =>
        [.. folder.CsvPaths.Select(path => Read(folder, path)).OfType<RunTrace>()];

    private static RunTrace? Read(OutputFolder folder, string path)
    {
        var rows = CsvTable.Read<RunCsvRow>(path);
        string name = Path.GetFileNameWithoutExtension(path);
        var experiment = Experiment.All.FirstOrDefault(experiment => name.StartsWith(experiment.Number + "_", StringComparison.Ordinal));
        if (rows.Count == 0 || experiment is null)
            return null;
        if (rows.Where((row, index) => row.Epoch != index).Any())
            throw new InvalidDataException($"'{path}' does not have its epochs in order.");
        // It becomes a part of file names.
        if (!rows[0].Dataset.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
            throw new InvalidDataException($"'{path}' is of a data set '{rows[0].Dataset}', which is no name of one.");

        string cellName = Path.GetFileNameWithoutExtension(rows[0].CheckpointPath);
        var settings = TrainingRecord.Read(folder.Record(cellName))?.Settings;
        return new RunTrace(experiment, CellOf(rows, settings ?? new Dictionary<string, string>(), path), rows, cellName);
    }

    private static Cell CellOf(IReadOnlyList<RunCsvRow> rows, IReadOnlyDictionary<string, string> settings, string path)
    {
        var row = rows[0];
        var recipe = Recipe.All.FirstOrDefault(recipe => recipe.Name == row.Recipe)
            ?? throw new InvalidDataException($"'{path}' is of a recipe '{row.Recipe}', which there is not.");
        if (!PositionCode.All.Contains(row.TriggerPosition))
            throw new InvalidDataException($"'{path}' is of a trigger position '{row.TriggerPosition}', which there is not.");
        var attack = new Attack(row.PoisoningRate, row.TriggerSize, PositionCode.Parse(row.TriggerPosition), row.TargetLabel);
        var optimizer = row.Optimizer == recipe.OptimizerCode ? recipe.Optimizer : row.Optimizer == "sgd" ? TorchCnnOptimizer.Sgd : TorchCnnOptimizer.Adam;
        recipe = recipe with
        {
            Epochs = Setting("epochs") ?? rows.Count,
            BatchSize = Setting("batch size") ?? recipe.BatchSize,
            Optimizer = optimizer,
            LearningRate = row.LearningRate,
        };
        return new Cell(row.Dataset, Setting("training rows") ?? 0, Setting("test rows") ?? 0, attack, recipe, row.Seed);

        int? Setting(string name) =>
            int.TryParse(settings.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
