using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests.Reporting;

/// <summary>Results as trainings leave them, of numbers that were made up.</summary>
sealed class FakeResults : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public FakeResults() => Folder = OutputFolder.Open(_temporary.In("results"));

    public OutputFolder Folder { get; }

    public string In(params string[] names) => _temporary.In(["results", .. names]);

    /// <summary>Adds a run whose attack succeeds as given, epoch by epoch.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="value">The value of what it varies; anything where it varies nothing.</param>
    /// <param name="success">ASR in each finished epoch.</param>
    /// <param name="epochs">The epochs there should be; null: as many as there are.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="accuracy">TCA in all epochs.</param>
    /// <param name="dataset">The data set.</param>
    /// <param name="trainRows">Its training rows.</param>
    /// <param name="testRows">Its test rows.</param>
    /// <param name="batchSize">Rows a step.</param>
    /// <param name="learningRate">The step width.</param>
    public FakeResults Add(Experiment experiment, string value, double[] success, int? epochs = null, int seed = 0, double accuracy = 0.98, string dataset = "MNIST",
        int trainRows = 60000, int testRows = 10000, int batchSize = 64, double learningRate = 0.01)
    {
        var attack = experiment.Varies?.Set(experiment.Fixed, value) ?? experiment.Fixed;
        var cell = new Cell(dataset, trainRows, testRows, attack, Recipe.Reference with { Epochs = epochs ?? success.Length, BatchSize = batchSize, LearningRate = learningRate }, seed);
        string path = Folder.Record(cell.Name);
        string[] runs = [.. (TrainingRecord.Read(path)?.Runs ?? []).Union([experiment.NameOf(cell)])];
        new TrainingRecord(TrainingRecord.CurrentFormat, cell.Settings, runs, Machine.ThisOne,
        [
            .. success.Select((rate, epoch) => new EpochResult(epoch, 1.5, accuracy, 1.5, 0.1135 + 0.8865 * rate, 1.5, rate, 5, 0.5, 1)),
        ]).Write(path);
        TrainingLog.Open(Folder, new Training(cell, runs), fresh: false).Write();
        return this;
    }

    public FakeResults AddRates(params ReadOnlySpan<(string Rate, double Success)> rates)
    {
        foreach (var (rate, success) in rates)
            Add(Experiment.PoisoningRate, rate, [1, success]);
        return this;
    }

    public void Dispose()
    {
        Folder.Dispose();
        _temporary.Dispose();
    }
}
