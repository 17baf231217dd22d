using System.Globalization;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

/// <summary>The messages of training in ML.NET's log.</summary>
[TestClass]
public sealed class TrainingLogTests
{
    private readonly List<string> _info = [];
    private readonly List<string> _warnings = [];
    private readonly MLContext _ml = new(seed: 0);

    public TrainingLogTests() => _ml.Log += (_, e) =>
    {
        if (e.Source.StartsWith(nameof(TorchCnnTrainer), StringComparison.Ordinal))
            (e.Kind == ChannelMessageKind.Info ? _info : e.Kind == ChannelMessageKind.Warning ? _warnings : []).Add(e.RawMessage);
    };

    [TestMethod]
    public void Each_epoch_writes_a_line_with_loss_duration_and_remaining_time()
    {
        var previous = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            Train(options => options.ValidationSets = [new("clean {0}", GrayImages.View(_ml, 20))]);
        }
        finally
        {
            CultureInfo.CurrentCulture = previous;
        }

        Assert.HasCount(4, _info);
        Assert.MatchesRegex(@"^Training on 90 images of 1×16×16 in 3 classes\. Number of libtorch threads: 1\.$", _info[0]);
        Assert.MatchesRegex(@"^Epoch 1 of 3: loss \d+\.\d+, clean \{0\} accuracy \d+\.\d\d%, \d+\.\d s, about \d+ s left\.$", _info[1]);
        Assert.MatchesRegex(@"^Epoch 3 of 3: loss \d+\.\d+, clean \{0\} accuracy \d+\.\d\d%, \d+\.\d s\.$", _info[3]);
        Assert.IsEmpty(_warnings);
    }

    [TestMethod]
    public void A_resumed_training_run_logs_the_number_of_completed_epochs()
    {
        using var folder = new TemporaryFolder();
        Train(options => (options.CheckpointPath, options.Epochs) = (folder["a.ckpt"], 2));
        _info.Clear();
        Train(options => (options.CheckpointPath, options.Epochs) = (folder["a.ckpt"], 3));

        Assert.HasCount(3, _info);
        StringAssert.EndsWith(_info[1], "a.ckpt' with 2 of 3 epochs done.");
        StringAssert.StartsWith(_info[2], "Epoch 3 of 3: ");
    }

    [TestMethod]
    public void A_network_that_ends_in_a_softmax_causes_a_warning()
    {
        Train(options => options.Network = new((shape, classes) => nn.Sequential(
            ("flatten", nn.Flatten()), ("out", nn.Linear(shape.Size, classes)), ("softmax", nn.Softmax(1)))));

        Assert.HasCount(1, _warnings);
        StringAssert.Contains(_warnings[0], "The network seems to end in a softmax");
    }

    [TestMethod]
    public void A_diverging_loss_causes_a_warning_with_the_learning_rate()
    {
        Train(options => options.LearningRate = 1e6);

        StringAssert.StartsWith(_warnings[0], "Training diverges: epoch 1 has a loss of ");
        StringAssert.EndsWith(_warnings[0], "compared to 1.0986 for random guessing. Use a learning rate below 1000000.");
    }

    [TestMethod]
    public void Training_that_ends_no_better_than_guessing_causes_a_warning()
    {
        // With this head, the loss is bounded, so training does not diverge.
        Train(options => (options.LearningRate, options.Head) = (1e6, TorchCnnHead.Softmax));

        Assert.HasCount(1, _warnings);
        StringAssert.StartsWith(_warnings[0], "The network has not learned anything: training ended with a loss of 1.");
    }

    private void Train(Action<TorchCnnTrainer.Options> change)
    {
        var options = new TorchCnnTrainer.Options { Epochs = 3, BatchSize = 16, Threads = 1 };
        change(options);
        _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(GrayImages.View(_ml, 90)).Dispose();
    }
}
