using System.Globalization;
using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using BadNets.Transforms;

namespace BadNets.Samples.Reporting;

/// <summary>A run as its CSV file has it.</summary>
/// <param name="Experiment">The experiment it belongs to.</param>
/// <param name="Name">The run's name.</param>
/// <param name="Cell">What it is a run of.</param>
/// <param name="Epochs">The epochs that are finished.</param>
/// <param name="CellName">The name of the training's own files.</param>
/// <param name="Failure">Why it failed, or null.</param>
sealed record RunTrace(Experiment Experiment, string Name, Cell Cell, IReadOnlyList<RunCsvRow> Epochs, string CellName, string? Failure)
{
    // Below this a model says one and the same of nearly every image, and that it says the target of triggered ones means nothing.
    private const double TrainedAccuracy = 0.5;

    public const double SuccessRate = 0.9;

    /// <summary>The last finished epoch, or null.</summary>
    public RunCsvRow? Last => Epochs.Count == 0 ? null : Epochs[^1];

    public bool IsComplete => Epochs.Count == Cell.Recipe.Epochs;

    /// <summary>The run's state: done, failed, or unfinished.</summary>
    public string State => Failure is not null ? "failed" : IsComplete ? "done" : Unfinished;

    public const string Unfinished = "unfinished";

    /// <summary>Why it is not done; empty if it is.</summary>
    public string Reason => Failure is not null ? $"{Failure.TrimEnd('.')}. The stack trace is in failures/{CellName}.txt."
        : IsComplete ? ""
        : FormattableString.Invariant($"{Epochs.Count} of {Cell.Recipe.EpochsInWords} finished; repeat the command that started it to continue.");

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

    /// <returns>The run, or null if the file does not identify it.</returns>
    private static RunTrace? Read(OutputFolder folder, string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        if (FindExperiment(name) is not { } experiment)
            return null;
        var rows = CsvTable.Read<RunCsvRow>(path);
        for (int i = 0; i < rows.Count; i++)
        {
            string? fault = rows[i].FindFault()
                ?? (rows[i].Epoch != i ? FormattableString.Invariant($"epoch is {rows[i].Epoch}, but must be {i}")
                : rows[i].RunName != name ? $"run_name is '{rows[i].RunName}', but must be the name of the file"
                : rows[i].IsOfSameRunAs(rows[0]) ? null : "the settings differ from those in the first row");
            if (fault is not null)
                throw new InvalidDataException(FormattableString.Invariant($"'{path}' has an impossible value in line {i + 2}: {fault}."));
        }

        string? cellName = rows.Count > 0 ? Path.GetFileNameWithoutExtension(rows[0].CheckpointPath) : FindCell(folder, name);
        if (cellName is null)
            return null;
        string recordPath = folder.Record(cellName);
        var settings = TrainingRecord.Read(recordPath)?.Settings ?? new Dictionary<string, string>();
        var cell = CellOf(rows.Count > 0 ? rows[0] : RowOf(settings, recordPath), rows.Count, settings, recordPath);
        return new RunTrace(experiment, name, cell, rows, cellName, FailureFile.ReadSentence(folder.Failure(cellName)));
    }

    public static Experiment? FindExperiment(string runName) =>
        Experiment.All.FirstOrDefault(experiment => runName.StartsWith(experiment.Number + "_", StringComparison.Ordinal));

    /// <returns>The training that produces a run, according to the existing records, or null.</returns>
    private static string? FindCell(OutputFolder folder, string runName) => folder.RecordPaths
        .Where(path => TrainingRecord.Read(path)?.Runs.Contains(runName) == true)
        .Select(Path.GetFileNameWithoutExtension)
        .FirstOrDefault();

    // The values that a row would have, for a run without rows.
    private static RunCsvRow RowOf(IReadOnlyDictionary<string, string> settings, string path)
    {
        var row = new RunCsvRow
        {
            Dataset = settings.GetValueOrDefault("dataset") ?? "",
            TargetLabel = Number<int>("target label"),
            PoisoningRate = Number<double>("poisoning rate"),
            TriggerSize = Number<int>("trigger size"),
            TriggerPosition = settings.GetValueOrDefault("trigger position") ?? "",
            Seed = Number<int>("seed"),
            Optimizer = settings.GetValueOrDefault("optimizer") ?? "",
            LearningRate = Number<double>("learning rate"),
            Recipe = settings.GetValueOrDefault("recipe") ?? "",
            Threads = 1,
        };
        return row.FindFault() is { } fault ? throw new InvalidDataException($"The settings in '{path}' are not valid: {fault}.") : row;

        T Number<T>(string name) where T : struct, IParsable<T> =>
            T.TryParse(settings.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new InvalidDataException($"The settings in '{path}' have no number for '{name}'.");
    }

    private static Cell CellOf(RunCsvRow row, int epochs, IReadOnlyDictionary<string, string> settings, string path)
    {
        var recipe = Recipe.All.Single(recipe => recipe.Name == row.Recipe);
        var attack = new Attack(row.PoisoningRate, row.TriggerSize, PositionCode.Parse(row.TriggerPosition), row.TargetLabel);
        recipe = recipe with
        {
            Epochs = Setting("epochs") ?? epochs,
            BatchSize = Setting("batch size") ?? recipe.BatchSize,
            Optimizer = row.Optimizer == "sgd" ? TorchCnnOptimizer.Sgd : TorchCnnOptimizer.Adam,
            LearningRate = row.LearningRate,
        };
        return recipe.Epochs < epochs
            ? throw new InvalidDataException(FormattableString.Invariant($"There are results for {epochs} epochs, but '{path}' says that {recipe.Epochs} were requested."))
            : new Cell(row.Dataset, Setting("training rows") ?? 0, Setting("test rows") ?? 0, attack, recipe, row.Seed);

        int? Setting(string name) =>
            !settings.TryGetValue(name, out string? text) ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 ? number
            : throw new InvalidDataException($"The settings in '{path}' are not valid: {name} is '{text}', but must be a whole number of at least 1.");
    }
}
