using BadNets.Samples.Datasets;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Samples.Store;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Running;

/// <summary>Trains cells from where training stopped, and stores the results.</summary>
/// <param name="data">The data set.</param>
/// <param name="results">The folder with the networks that others start from.</param>
/// <param name="threads">The number of threads for each training run.</param>
sealed class CellTrainer(Dataset data, ResultsFolder results, int threads)
{
    private const string Clean = "clean";
    private const string Triggered = "triggered";

    /// <summary>Finds out, before anything is trained, whether a cell can be trained.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public void Check(Cell cell)
    {
        var ml = new MLContext(cell.Seed);
        var dataset = DatasetOf(cell);
        using var sources = SourcesOf(ml, cell, dataset);
        // The clean network has not been trained yet. Everything else can be checked with any trigger.
        if (cell.Attack.NeedsModel)
            cell = new Cell(cell.Dataset, cell.Attack.WithoutModel(), cell.Recipe, cell.Seed, cell.Classes, cell.Initial);
        CellSteps.Plant(ml, cell, sources).Fit(dataset.Train(ml));
        CellSteps.Trigger(ml, cell.Attack, dataset.Test(ml), sources);
        ml.MulticlassClassification.Trainers.TorchCnn(MakeOptions(cell));
    }

    public void Train(CellWriter writer, IRunDisplay display, CancellationToken cancellationToken)
    {
        var cell = writer.Cell;
        var ml = new MLContext(cell.Seed);
        var dataset = DatasetOf(cell);
        var test = dataset.Test(ml);
        var attacked = CellSteps.Attacked(ml, cell.Attack, test);
        using var sources = SourcesOf(ml, cell, dataset);
        var triggered = CellSteps.Trigger(ml, cell.Attack, attacked, sources);
        // The zero-based classes that the rows have, and those that the attack aims at.
        int[] labels = ReadClasses(attacked), aims = ReadClasses(triggered);
        if (labels.SequenceEqual(aims))
            throw new UsageException("There is no test row whose label the attack changes, so its success cannot be measured.");

        var options = MakeOptions(cell);
        // In the reference recipe, the random stream continues over these in this order.
        options.ValidationSets = [new(Clean, test), new(Triggered, triggered)];
        options.CheckpointPath = writer.Folder.Checkpoint;
        options.CancellationToken = cancellationToken;
        options.StepFinished = progress => display.Stepped(cell, progress);
        options.EpochFinished = epoch =>
        {
            var row = Measure(epoch, labels, aims);
            writer.Add(row);
            display.EpochFinished(cell, row);
        };

        using var initial = Load(ml, cell.InitialCell);
        var train = dataset.Train(ml);
        var poisoned = CellSteps.Plant(ml, cell, sources).Fit(train).Transform(train);
        var trainer = ml.MulticlassClassification.Trainers.TorchCnn(options);
        using var network = initial is null ? trainer.Fit(poisoned) : trainer.Fit(poisoned, initial);
        var model = new TransformerChain<ITransformer>(network);
        writer.Check();
        writer.Write(ModelImages.Of(network, test, CellSteps.Trigger(ml, cell.Attack, test, sources)));
        // Last, because a cell with a model is done.
        AtomicFile.Write(writer.Folder.Model, stream => ml.Model.Save(model, test.Schema, stream));
    }

    /// <summary>Makes the images of a cell again from its model, without training.</summary>
    /// <exception cref="InvalidDataException">The model cannot be read.</exception>
    public void MakeImages(CellWriter writer)
    {
        var ml = new MLContext(writer.Cell.Seed);
        using var network = Load(ml, writer.Folder.Model);
        var dataset = DatasetOf(writer.Cell);
        var test = dataset.Test(ml);
        using var sources = SourcesOf(ml, writer.Cell, dataset);
        writer.Write(ModelImages.Of(network, test, CellSteps.Trigger(ml, writer.Cell.Attack, test, sources)));
    }

    private TriggerSources SourcesOf(MLContext ml, Cell cell, Dataset dataset) => new(
        () => dataset.Train(ml), () => Load(ml, cell.CleanCell) ?? throw new InvalidOperationException("The attack does not need a clean network."));

    private Dataset DatasetOf(Cell cell) => cell.Classes is { } classes ? new SomeClasses(data, classes) : data;

    /// <summary>Loads the network of another cell, if there is one.</summary>
    private TorchCnnTransformer? Load(MLContext ml, Cell? cell)
    {
        if (cell is null)
            return null;
        string path = results.Of(cell).Model;
        return File.Exists(path) ? Load(ml, path) : throw new UsageException($"The network that this training run needs, '{cell.Id}', has not been trained.");
    }

    private static TorchCnnTransformer Load(MLContext ml, string path)
    {
        var model = ml.Model.LoadChecked(path);
        if (model is TransformerChain<ITransformer> { LastTransformer: TorchCnnTransformer network })
            return network;
        (model as IDisposable)?.Dispose();
        throw new InvalidDataException($"'{path}' is not a model that this program trained.");
    }

    private static TorchCnnTrainer.Options MakeOptions(Cell cell)
    {
        var options = cell.Recipe.MakeOptions();
        options.Seed = cell.Seed;
        return options;
    }

    private static int[] ReadClasses(IDataView view) => [.. view.GetColumn<uint>("Label").Select(key => (int)key - 1)];

    private EpochRow Measure(TorchCnnEpoch epoch, int[] labels, int[] aims)
    {
        var (clean, triggered) = (epoch.Validation[Clean], epoch.Validation[Triggered]);
        int changed = 0, successes = 0, robust = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] == aims[row])
                continue;
            changed++;
            if (triggered.PredictedClasses[row] == aims[row])
                successes++;
            if (triggered.PredictedClasses[row] == labels[row])
                robust++;
        }

        if (!double.IsFinite(clean.Loss) || !double.IsFinite(triggered.Loss))
            throw new NotFiniteNumberException($"The test loss is not a number after epoch {epoch.Epoch}; try a lower learning rate.");
        return new EpochRow
        {
            Epoch = epoch.Epoch,
            TrainLoss = epoch.Loss,
            CleanAccuracy = clean.Accuracy,
            CleanLoss = clean.Loss,
            AttackSuccess = (double)successes / changed,
            AttackSuccessAllRows = triggered.Accuracy,
            RobustAccuracy = (double)robust / changed,
            AttackLoss = triggered.Loss,
            TrainSeconds = epoch.TrainSeconds,
            EvaluationSeconds = epoch.EvaluationSeconds,
            Threads = threads,
        };
    }
}
