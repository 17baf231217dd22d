using System.Text.Json.Nodes;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Samples.Store;
using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests.Reporting;

/// <summary>Results as trainings leave them, of numbers that were made up.</summary>
sealed class FakeResults : IDisposable
{
    public static readonly Experiment Baseline = BuiltIn("baseline");
    public static readonly Experiment PoisoningRate = BuiltIn("poisoning-rate");
    public static readonly Experiment TriggerSize = BuiltIn("trigger-size");
    public static readonly Experiment TriggerPosition = BuiltIn("trigger-position");

    private static readonly DatasetIdentity Mnist = new("MNIST", 60_000, 10_000);

    private readonly TemporaryFolder _temporary = new();

    public FakeResults() => Folder = ResultsFolder.Open(_temporary.In("results"));

    public ResultsFolder Folder { get; }

    public string In(params string[] names) => _temporary.In(["results", .. names]);

    /// <summary>The cell of an experiment with one value for each of its axes.</summary>
    public static Cell CellOf(Experiment experiment, string[] values, int epochs, int seed = 0, DatasetIdentity? dataset = null)
    {
        var single = experiment with { Axes = [.. experiment.Axes.Zip(values, (axis, value) => axis.With([value]))], Seeds = [seed], CleanControl = false };
        return single.With(CellProperty.At("recipe.epochs"), JsonValue.Create(epochs)).CellsOn(dataset ?? Mnist).Single();
    }

    /// <summary>Adds a run whose attack succeeds as given, epoch by epoch.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="values">A value for each axis, separated by blanks.</param>
    /// <param name="success">ASR in each finished epoch. Without any, the run was planned but not started.</param>
    /// <param name="epochs">The epochs there should be; null: as many as there are.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="accuracy">TCA in all epochs.</param>
    /// <param name="dataset">The data set.</param>
    public FakeResults Add(
        Experiment experiment, string values, double[] success, int? epochs = null, int seed = 0, double accuracy = 0.98, DatasetIdentity? dataset = null)
    {
        var cell = CellOf(experiment, values.Split(' '), epochs ?? success.Length, seed, dataset);
        new Plan(experiment, [cell]).Write(Folder);
        return Train(cell, success, accuracy);
    }

    /// <summary>Adds results of a cell, whether or not an experiment has it.</summary>
    public FakeResults Train(Cell cell, double[] success, double accuracy = 0.98)
    {
        if (success.Length == 0)
            return this;
        var folder = Folder.Of(cell);
        Directory.CreateDirectory(folder.Path);
        CsvTable.Write(folder.Epochs, success.Select((rate, epoch) => Row(epoch, rate, accuracy)));
        new CellDescription(CellDescription.CurrentFormat, cell, Machine.ThisOne).Write(folder);
        return this;
    }

    /// <summary>Does the same as a training does it, which takes longer.</summary>
    public void TrainEpochByEpoch(Cell cell, double[] success)
    {
        using var writer = CellWriter.TryOpen(Folder, cell, exports: [], fresh: false) ?? throw new InvalidOperationException("Another test writes the cell.");
        for (int epoch = 0; epoch < success.Length; epoch++)
            writer.Add(Row(epoch, success[epoch], accuracy: 0.98));
    }

    /// <summary>Lets a run that was added fail.</summary>
    public void Fail(Experiment experiment, string values, int epochs, Exception failure)
    {
        using var writer = CellWriter.TryOpen(Folder, CellOf(experiment, values.Split(' '), epochs), exports: [], fresh: false)!;
        writer.KeepFailure(failure);
    }

    public FakeResults AddRates(params ReadOnlySpan<(string Rate, double Success)> rates)
    {
        foreach (var (rate, success) in rates)
            Add(PoisoningRate, rate, [1, success]);
        return this;
    }

    public void Dispose() => _temporary.Dispose();

    private static EpochRow Row(int epoch, double success, double accuracy) => new()
    {
        Epoch = epoch,
        TrainLoss = 1.5,
        CleanAccuracy = accuracy,
        CleanLoss = 1.5,
        AttackSuccess = success,
        AttackSuccessAllRows = 0.1135 + 0.8865 * success,
        AttackLoss = 1.5,
        TrainSeconds = 5,
        EvaluationSeconds = 0.5,
        Threads = 1,
    };

    private static Experiment BuiltIn(string name) => ExperimentCatalog.All.Single(experiment => experiment.Name == name);
}
