using BadNets.Transforms;
using Microsoft.ML;

namespace BadNets.Benchmarks;

/// <summary>A cell that the library trains.</summary>
sealed class LibraryCell(string folder, int trainRows, int testRows) : Cell
{
    public TorchNetwork Network { get; init; } = TorchNetwork.BadNets;

    /// <summary>The number of threads, or null for the default of the library.</summary>
    public int? Threads { get; init; }

    public Action<TorchCnnProgress>? StepFinished { get; init; }

    public CancellationToken CancellationToken { get; init; }

    public override void Train(int epochs, Action<double> epochFinished)
    {
        var ml = new MLContext(seed: 0);
        var files = new DigitFiles(folder);
        var test = files.Test(ml, testRows);
        var trainer = ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
        {
            Network = Network,
            BatchSize = BatchSize,
            Epochs = epochs,
            Optimizer = TorchCnnOptimizer.Sgd,
            LearningRate = LearningRate,
            Threads = Threads,
            Head = TorchCnnHead.Softmax,
            Shuffle = TorchCnnShuffle.SharedWithValidation,
            ValidationSets = [new("clean", test), new("triggered", DigitFiles.Trigger(ml, test))],
            EpochFinished = epoch => epochFinished(epoch.EvaluationSeconds),
            StepFinished = StepFinished,
            CancellationToken = CancellationToken,
        });
        using var model = trainer.Fit(DigitFiles.Poison(ml, files.Train(ml, trainRows)));
    }
}
