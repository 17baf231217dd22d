using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Transforms;

namespace BadNets.Samples.Store;

/// <summary>The record of a cell in the format of version 0.1: <c>runs/NAME.json</c>, with the results of all epochs.</summary>
sealed class EarlierRecord
{
    private const int OnlyFormat = 1;

    private EarlierRecord(string name, IReadOnlyList<string> runs, StoredCell cell)
    {
        Name = name;
        Runs = runs;
        Cell = cell;
    }

    /// <summary>The name of the cell's files.</summary>
    public string Name { get; }

    /// <summary>The names of its CSV files, which begin with the number of an experiment.</summary>
    public IReadOnlyList<string> Runs { get; }

    public StoredCell Cell { get; }

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static EarlierRecord? Read(ResultsFolder results, string path)
    {
        if (SharedFile.ReadBytes(path) is not { } json)
            return null;
        try
        {
            var content = CellJson.Read<Content>(json);
            if (content.Format != OnlyFormat)
                throw new UsageException(FormattableString.Invariant($"its format is {content.Format}"));
            EpochRow[] epochs = [.. content.Epochs.Select((epoch, index) => epoch.ToRow(index))];
            if (Array.Find(epochs, epoch => epoch.FindFault() is not null) is { } wrong)
                throw new UsageException(FormattableString.Invariant($"in epoch {wrong.Epoch} {wrong.FindFault()}"));
            if (Impossible.UnlessAtLeast("cores", content.Machine.Cores, 1) is { } fault)
                throw new UsageException(fault);
            var cell = MakeCell(content.Settings);
            if (epochs.Length > cell.Recipe.Epochs)
                throw new UsageException(FormattableString.Invariant($"it has {epochs.Length} epochs of {cell.Recipe.Epochs}"));
            string name = Path.GetFileNameWithoutExtension(path), failure = results.In("failures", name + ".txt");
            return new EarlierRecord(name, content.Runs,
                new StoredCell(cell, content.Machine, epochs, FailureFile.ReadSentence(failure), results.Relative(failure), results.Of(cell)));
        }
        catch (Exception fault) when (fault is JsonException or UsageException)
        {
            throw new InvalidDataException($"The record '{path}' is damaged: {CellJson.Explain(fault).TrimEnd('.')}. Delete the file to discard its results.", fault);
        }
    }

    private static Cell MakeCell(IReadOnlyDictionary<string, string> settings)
    {
        string dataset = Setting("dataset");
        long trainRows = Number<long>("training rows"), testRows = Number<long>("test rows");
        // In version 0.1, the name did not show that these are only the first rows.
        if (dataset is "MNIST" or "Digits" && trainRows < 60_000)
            dataset += FormattableString.Invariant($"-first{trainRows}");
        var attack = new Attack(
            new SquarePlan(Number<int>("trigger size"), PositionCode.Parse(Setting("trigger position"))), new ToPlan(Setting("target label")), Number<double>("poisoning rate"));
        var recipe = new Recipe(
            Setting("recipe"), Recipe.Reference.Network, Setting("optimizer") == "sgd" ? TorchCnnOptimizer.Sgd : TorchCnnOptimizer.Adam,
            Number<double>("learning rate"), Setting("loss on") == "softmax" ? TorchCnnHead.Softmax : TorchCnnHead.Logits, Number<int>("batch size"), Number<int>("epochs"),
            // Version 0.1 had no other shuffle.
            TorchCnnShuffle.SharedWithValidation);
        return new Cell(new DatasetIdentity(dataset, trainRows, testRows), attack, recipe, Number<int>("seed"));

        string Setting(string name) => settings.GetValueOrDefault(name) ?? throw new UsageException($"it has no setting '{name}'");

        T Number<T>(string name) where T : struct, IParsable<T> =>
            T.TryParse(Setting(name), CultureInfo.InvariantCulture, out var number) ? number : throw new UsageException($"its {name} is '{Setting(name)}'");
    }

    private sealed record Content(
        int Format, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<string> Runs, Machine Machine, IReadOnlyList<Epoch> Epochs);

    private sealed record Epoch(
        [property: JsonPropertyName("epoch")] int Number, double TrainLoss, double CleanAccuracy, double CleanLoss, double AttackSuccessAllRows, double AttackLoss, double AttackSuccess,
        double TrainSeconds, double EvaluationSeconds, int Threads)
    {
        public EpochRow ToRow(int index) => new()
        {
            Epoch = Number == index ? index : throw new UsageException(FormattableString.Invariant($"epoch {Number} is in place of epoch {index}")),
            TrainLoss = TrainLoss,
            CleanAccuracy = CleanAccuracy,
            CleanLoss = CleanLoss,
            AttackSuccess = AttackSuccess,
            AttackSuccessAllRows = AttackSuccessAllRows,
            AttackLoss = AttackLoss,
            TrainSeconds = TrainSeconds,
            EvaluationSeconds = EvaluationSeconds,
            Threads = Threads,
        };
    }
}
