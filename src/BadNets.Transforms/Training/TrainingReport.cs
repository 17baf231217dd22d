using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>
/// Writes the progress of training to ML.NET's log: a line after each epoch, a line every 10 seconds during long epochs, and warnings if the network
/// does not learn.
/// </summary>
sealed class TrainingReport(IChannel channel, TorchCnnTrainer.Options options, int classCount, int epochsDone)
{
    // With initial weights that are too large or pixels that are not normalized, the initial loss can be about ten times the loss of guessing.
    private const double Explosion = 100;

    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly double _lossOfGuessing = Math.Log(classCount);
    private long _lastLine = Stopwatch.GetTimestamp();

    public void Add(TorchCnnProgress step)
    {
        if (Stopwatch.GetElapsedTime(_lastLine) < LongestSilence)
            return;
        _lastLine = Stopwatch.GetTimestamp();
        channel.Info($"Epoch {step.Epoch + 1} of {options.Epochs}: {step.BatchesDone} of {step.BatchCount} steps.");
    }

    public void Add(TorchCnnEpoch epoch)
    {
        _lastLine = Stopwatch.GetTimestamp();
        int done = epoch.Epoch + 1, left = options.Epochs - done;
        string validation = string.Concat(epoch.Validation.Select(set => Text($", {set.Key} accuracy {set.Value.Accuracy:0.00%}")));
        string remaining = left == 0 ? "" : $", about {Describe(Stopwatch.GetElapsedTime(_start) / (done - epochsDone) * left)} left";
        channel.Info(Text(
            $"Epoch {done} of {options.Epochs}: loss {epoch.Loss:G5}{validation}, {epoch.TrainSeconds + epoch.EvaluationSeconds:F1} s{remaining}."));
        if (classCount > 1)
            WarnOfLoss(epoch.Loss, done, left);
    }

    private void WarnOfLoss(double loss, int epoch, int left)
    {
        string compared = Text($"a loss of {loss:G5}, compared to {_lossOfGuessing:G5} for random guessing");
        string rate = LabelValue.From(options.EffectiveLearningRate).ToString();
        if (loss > Explosion * _lossOfGuessing)
            channel.Warning($"Training diverges: epoch {epoch} has {compared}. Use a learning rate below {rate}.");
        else if (left == 0 && loss >= _lossOfGuessing)
            channel.Warning($"The network has not learned anything: training ended with {compared}. Train for more epochs, or use a learning rate other than {rate}.");
    }

    private static string Describe(TimeSpan time) =>
        time.TotalHours >= 1 ? Text($"{(int)time.TotalHours}:{time:mm\\:ss} h") : time.TotalMinutes >= 1 ? Text($"{time:m\\:ss} min") : Text($"{time.TotalSeconds:F0} s");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
