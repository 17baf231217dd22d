using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Transforms;

namespace BadNets.Samples.Running;

/// <summary>A line for each epoch, for files and pipes.</summary>
sealed class PlainDisplay(TextWriter output, CellLabels labels, RemainingTime remaining) : IRunDisplay
{
    private readonly TextWriter _output = TextWriter.Synchronized(output);

    public void Started(Cell cell, int epochsDone, EpochRow? last)
    {
        remaining.Started(cell);
        if (epochsDone > 0 && epochsDone < cell.Recipe.Epochs)
            _output.WriteLine(FormattableString.Invariant($"{labels.Of(cell)}: continuing after epoch {epochsDone} of {cell.Recipe.Epochs}"));
    }

    public void Stepped(Cell cell, TorchCnnProgress progress) => remaining.Stepped(cell, progress);

    public void EpochFinished(Cell cell, EpochRow epoch)
    {
        remaining.EpochFinished(cell);
        _output.WriteLine(FormattableString.Invariant(
            $"{labels.Of(cell)}: epoch {epoch.Epoch + 1}/{cell.Recipe.Epochs}, loss {epoch.TrainLoss:F4}, TCA {epoch.CleanAccuracy:0.00%}, ASR {epoch.AttackSuccess:0.00%}, {epoch.TrainSeconds + epoch.EvaluationSeconds:F1} s, {remaining} left"));
    }

    public void Finished(Cell cell) => remaining.Ended(cell);

    public void Failed(Cell cell, Exception failure)
    {
        remaining.Ended(cell);
        _output.WriteLine($"{labels.Of(cell)}: failed: {ErrorSentence.Of(failure)}");
    }

    public void Skipped(Cell cell)
    {
        remaining.Ended(cell);
        _output.WriteLine($"{labels.Of(cell)}: another process is training it");
    }
}
