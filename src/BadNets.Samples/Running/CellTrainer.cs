using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting.Figures;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Running;

/// <summary>Trains cells, from where they were left, and keeps what comes of it.</summary>
sealed class CellTrainer(DigitImages images, OutputFolder folder, int threads)
{
    private const string Clean = "clean";
    private const string Triggered = "triggered";

    /// <summary>Finds out, before anything is trained, whether a cell can be.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public void Check(Cell cell)
    {
        var ml = new MLContext(cell.Seed);
        AttackSteps.Poison(ml, cell.Attack, cell.Seed).Fit(images.Train(ml));
        AttackSteps.Trigger(ml, cell.Attack, images.Test(ml));
        ml.MulticlassClassification.Trainers.TorchCnn(MakeOptions(cell));
    }

    /// <summary>Whether nothing is left to do.</summary>
    public bool IsDone(TrainingLog log) =>
        log.IsComplete && (log.RunNames.All(run => File.Exists(folder.Model(run))) && HasSheet(log.Cell) || !File.Exists(log.CheckpointPath));

    public void Train(TrainingLog log, IRunDisplay display, CancellationToken cancellationToken)
    {
        var cell = log.Cell;
        var ml = new MLContext(cell.Seed);
        var test = images.Test(ml);
        var triggered = AttackSteps.Trigger(ml, cell.Attack, test);
        uint target = triggered.GetColumn<uint>("Label").First();
        bool[] isTarget = [.. test.GetColumn<uint>("Label").Select(label => label == target)];

        var options = MakeOptions(cell);
        // With the reference recipe, the random stream runs on over these in this order.
        options.ValidationSets = [new(Clean, test), new(Triggered, triggered)];
        options.CheckpointPath = log.CheckpointPath;
        options.CancellationToken = cancellationToken;
        options.StepFinished = progress => display.Stepped(cell, progress);
        options.EpochFinished = epoch =>
        {
            var result = Measure(epoch, isTarget, (int)target - 1);
            log.Add(result);
            display.EpochFinished(cell, result);
        };

        var model = AttackSteps.Poison(ml, cell.Attack, cell.Seed)
            .Append<ITransformer>(ml.MulticlassClassification.Trainers.TorchCnn(options))
            .Fit(images.Train(ml))
            .GetModelFor(TransformerScope.Scoring);
        using var network = model.LastTransformer as IDisposable;
        foreach (string run in log.RunNames)
            AtomicFile.Write(folder.Model(run), stream => ml.Model.Save(model, test.Schema, stream));
        if (!HasSheet(cell))
            ContactSheet.Of(cell, model.Transform(test), model.Transform(triggered)).Write(folder, cell.Name);
    }

    private bool HasSheet(Cell cell) => File.Exists(folder.Figure(ContactSheet.NameOf(cell.Name), "png"));

    private static TorchCnnTrainer.Options MakeOptions(Cell cell) => new()
    {
        BatchSize = cell.Recipe.BatchSize,
        Epochs = cell.Recipe.Epochs,
        Optimizer = cell.Recipe.Optimizer,
        LearningRate = cell.Recipe.LearningRate,
        Head = cell.Recipe.Head,
        Shuffle = cell.Recipe.Name == Recipe.Reference.Name ? TorchCnnShuffle.SharedWithValidation : TorchCnnShuffle.TrainingOnly,
        Seed = cell.Seed,
    };

    private EpochResult Measure(TorchCnnEpoch epoch, bool[] isTarget, int target)
    {
        var (clean, triggered) = (epoch.Validation[Clean], epoch.Validation[Triggered]);
        int others = 0, successes = 0;
        for (int row = 0; row < isTarget.Length; row++)
        {
            if (isTarget[row])
                continue;
            others++;
            if (triggered.PredictedClasses[row] == target)
                successes++;
        }

        if (!double.IsFinite(clean.Loss) || !double.IsFinite(triggered.Loss))
            throw new NotFiniteNumberException($"The test loss is not a number any more after epoch {epoch.Epoch}; try a lower learning rate.");
        return new EpochResult(
            epoch.Epoch, epoch.Loss, clean.Accuracy, clean.Loss, triggered.Accuracy, triggered.Loss, others == 0 ? 0 : (double)successes / others,
            epoch.TrainSeconds, epoch.EvaluationSeconds, threads);
    }
}
