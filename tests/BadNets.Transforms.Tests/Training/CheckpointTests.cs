using System.Security.Cryptography;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class CheckpointTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 0);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Path => _folder["training.ckpt"];

    [TestMethod]
    [DataRow(TorchCnnOptimizer.Sgd, 0.0)]
    [DataRow(TorchCnnOptimizer.Sgd, 0.9)]
    [DataRow(TorchCnnOptimizer.Adam, 0.0)]
    [DataRow(TorchCnnOptimizer.AdamW, 0.0)]
    public void A_resumed_training_run_is_bit_identical_to_an_uninterrupted_one(TorchCnnOptimizer optimizer, double momentum)
    {
        var whole = new List<TorchCnnEpoch>();
        var parts = new List<TorchCnnEpoch>();
        float[] expected = Train(Options(4, whole, optimizer, checkpoint: false, momentum));

        foreach (int epochs in (int[])[1, 2, 4])
        {
            float[] scores = Train(Options(epochs, parts, optimizer, momentum: momentum));
            if (epochs == 4)
                CollectionAssert.AreEqual(expected, scores);
        }

        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3 }, parts.Select(epoch => epoch.Epoch).ToArray());
        CollectionAssert.AreEqual(Losses(whole), Losses(parts));
    }

    [TestMethod]
    public void A_canceled_training_run_resumes_after_its_last_complete_epoch()
    {
        var whole = new List<TorchCnnEpoch>();
        float[] expected = Train(Options(3, whole, checkpoint: false));
        using var source = new CancellationTokenSource();
        var parts = new List<TorchCnnEpoch>();
        var options = Options(3, parts);
        options.CancellationToken = source.Token;
        options.StepFinished = progress =>
        {
            if (progress is { Epoch: 1, BatchesDone: 2 })
                source.Cancel();
        };

        Assert.Throws<OperationCanceledException>(() => Train(options));
        CollectionAssert.AreEqual(expected, Train(Options(3, parts)));
        CollectionAssert.AreEqual(Losses(whole), Losses(parts));
    }

    [TestMethod]
    public void The_epoch_of_a_failing_callback_is_repeated_when_training_resumes()
    {
        var parts = new List<TorchCnnEpoch>();
        var options = Options(2, parts);
        options.EpochFinished = epoch =>
        {
            parts.Add(epoch);
            if (epoch.Epoch == 1)
                throw new IOException("disk full");
        };
        Assert.Throws<IOException>(() => Train(options));
        Train(Options(2, parts));
        CollectionAssert.AreEqual(new[] { 0, 1, 1 }, parts.Select(epoch => epoch.Epoch).ToArray());
        Assert.AreEqual(parts[1].Loss, parts[2].Loss);
    }

    [TestMethod]
    public void A_finished_training_run_is_not_repeated()
    {
        float[] expected = Train(Options(2, []));
        var again = new List<TorchCnnEpoch>();
        CollectionAssert.AreEqual(expected, Train(Options(2, again)));
        Assert.IsEmpty(again);
        Refusal.Of<InvalidOperationException>(() => Train(Options(1, [])), Path, "2 epochs", "the requested number of epochs is 1");
    }

    [TestMethod]
    public void A_checkpoint_with_other_settings_is_rejected_with_the_difference()
    {
        Train(Options(1, []));
        byte[] before = File.ReadAllBytes(Path);
        Refuse(options => options.Seed = 5, "seed 0", "seed 5");
        Refuse(options => options.LearningRate = 0.5, "learning rate 0.001", "learning rate 0.5");
        Refuse(options => options.Optimizer = TorchCnnOptimizer.Sgd, "optimizer Adam", "optimizer Sgd");
        Refuse(options => options.BatchSize = 17, "batch size 16", "batch size 17");
        Refuse(options => options.Head = TorchCnnHead.Softmax, "head");
        Refuse(options => options.LearningRateSchedule = LearningRateSchedule.Cosine(), "only in this run: learning rate schedule cosine, minimum 0, over 2 epochs");
        Refuse(options => options.LabelSmoothing = 0.1, "only in this run: label smoothing 0.1");
        Refuse(options => options.Augmentation = new() { CropPadding = 2, HorizontalFlip = true }, "only in this run: augmentation crop padding 2, horizontal flip");
        Refuse(options => options.Shuffle = TorchCnnShuffle.SharedWithValidation, "validation sets set of 20");
        Refuse(options => options.Normalization = PixelNormalization.None, "normalization");
        Refuse(_ => { }, GrayImages.View(_ml, 51), "training rows 50", "training rows 51");
        Refuse(_ => { }, GrayImages.View(_ml, 50, seed: 8), "training data");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(Path));
    }

    [TestMethod]
    public void Training_resumes_with_other_validation_sets_unless_they_draw_from_the_shuffle()
    {
        float[] expected = Train(Options(2, [], checkpoint: false));
        Train(Options(1, []));
        var options = Options(2, []);
        options.ValidationSets = [];
        CollectionAssert.AreEqual(expected, Train(options));

        File.Delete(Path);
        options = Options(1, []);
        options.Shuffle = TorchCnnShuffle.SharedWithValidation;
        Train(options);
        Refuse(
            changed => (changed.Shuffle, changed.ValidationSets) = (TorchCnnShuffle.SharedWithValidation, []),
            "checkpoint: validation sets set of 20");
    }

    // With a cosine over twice as many epochs, the training run differs from the first epoch on.
    [TestMethod]
    public void A_checkpoint_requires_the_same_number_of_epochs_if_the_schedule_depends_on_it()
    {
        var options = Options(1, []);
        options.LearningRateSchedule = LearningRateSchedule.Cosine();
        Train(options);
        Refuse(changed => changed.LearningRateSchedule = LearningRateSchedule.Cosine(), "over 1 epochs", "over 2 epochs");
    }

    [TestMethod]
    public void A_resumed_training_run_continues_schedule_and_augmentation()
    {
        float[] expected = Train(Modern(4, checkpoint: false));
        foreach (int epochs in (int[])[1, 3])
            Train(Modern(epochs));
        CollectionAssert.AreEqual(expected, Train(Modern(4)));

        TorchCnnTrainer.Options Modern(int epochs, bool checkpoint = true)
        {
            var options = Options(epochs, [], TorchCnnOptimizer.Sgd, checkpoint, momentum: 0.9);
            options.LearningRateSchedule = LearningRateSchedule.Cosine(epochs: 4);
            options.LabelSmoothing = 0.1;
            options.Augmentation = new() { CropPadding = 2, HorizontalFlip = true, RotationDegrees = 10 };
            return options;
        }
    }

    [TestMethod]
    public void A_checkpoint_of_another_network_without_a_name_is_rejected()
    {
        // The same parameters, but with another layer between them.
        Func<Module, TorchNetwork> network = layer => new((_, classes) => nn.Sequential(
            ("flatten", nn.Flatten()), ("hidden", nn.Linear(GrayImages.Side * GrayImages.Side, 8)), ("activation", layer()), ("output", nn.Linear(8, classes))));
        var options = Options(1, []);
        options.Network = network(() => nn.ReLU());
        Train(options);

        Refuse(changed => changed.Network = network(() => nn.Tanh()), "network structure");
        var same = Options(2, []);
        same.Network = network(() => nn.ReLU());
        Train(same);
    }

    private delegate nn.Module<Tensor, Tensor> Module();

    [TestMethod]
    public void A_checkpoint_with_damage_anywhere_is_rejected()
    {
        Train(Options(1, []));
        byte[] whole = File.ReadAllBytes(Path);
        var random = new Random(4);
        for (int i = 0; i < 30; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Check(damaged);
            Check(whole[..random.Next(whole.Length)]);
        }

        Check([]);
        Check([.. whole, 0]);

        void Check(byte[] content)
        {
            File.WriteAllBytes(Path, content);
            Refusal.Of<InvalidDataException>(() => Train(Options(2, [])), Path, "damaged", "delete the file");
        }
    }

    [TestMethod]
    public void A_checkpoint_path_that_cannot_be_written_is_rejected_before_the_first_step()
    {
        int steps = 0;
        var options = Options(1, []);
        options.CheckpointPath = System.IO.Path.Combine(_folder["absent"], "training.ckpt");
        options.StepFinished = _ => steps++;
        Refusal.Of<DirectoryNotFoundException>(() => Train(options), "absent", "create it first");
        Assert.AreEqual(0, steps);
    }

    // Resources/checkpoint-1-*.bin are checkpoints of version 0.1 after one epoch of this training run. libtorch computes it, which rounds
    // differently on processors of other makers.
    [TestMethod]
    public void Checkpoints_of_version_1_are_resumed_if_the_optimizer_has_no_state()
    {
        float[] expected = Fit(TorchCnnOptimizer.Sgd, null);
        File.WriteAllBytes(Path, Golden.Bytes("checkpoint-1-sgd.bin"));
        var seen = new List<TorchCnnEpoch>();
        float[] resumed = Fit(TorchCnnOptimizer.Sgd, Path, seen);
        Assert.HasCount(expected.Length, resumed);
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], resumed[i], 1e-6f);
        Assert.HasCount(1, seen);

        File.WriteAllBytes(Path, Golden.Bytes("checkpoint-1-adam.bin"));
        Refusal.Of<InvalidDataException>(() => Fit(TorchCnnOptimizer.Adam, Path), Path, "another version", "delete the file");

        float[] Fit(TorchCnnOptimizer optimizer, string? checkpoint, List<TorchCnnEpoch>? seen = null)
        {
            var view = GrayImages.View(_ml, 70);
            using var model = _ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
            {
                Network = new TorchNetwork((_, classes) => nn.Sequential(("flatten", nn.Flatten()), ("pool", nn.Linear(GrayImages.Side * GrayImages.Side, classes)))),
                Optimizer = optimizer,
                Epochs = 2,
                BatchSize = 16,
                EpochFinished = epoch => seen?.Add(epoch),
                CheckpointPath = checkpoint,
            }).Fit(view);
            return [.. model.Transform(view).Vectors<float>("Score").SelectMany(scores => scores)];
        }
    }

    [TestMethod]
    public void An_incomplete_file_next_to_the_checkpoint_has_no_effect()
    {
        float[] expected = Train(Options(2, [], checkpoint: false));
        Train(Options(1, []));
        File.WriteAllText(Path + ".new", "half");
        CollectionAssert.AreEqual(expected, Train(Options(2, [])));
        Assert.IsFalse(File.Exists(Path + ".new"));
    }

    private static double[] Losses(List<TorchCnnEpoch> epochs) => [.. epochs.SelectMany(epoch => new[] { epoch.Loss, epoch.Validation["set"].Loss })];

    // An invalid state of the random number generator makes libtorch terminate the process.
    [TestMethod]
    [DataRow("00000080", -8)]
    [DataRow("00000000", 8)]
    [DataRow("71020000", 8)]
    [DataRow("00000000", 12)]
    [DataRow("71020000", 16)]
    [DataRow("ffffffff", 20)]
    public void A_checkpoint_with_a_correct_hash_is_not_trusted_either(string bytes, int at)
    {
        Train(Options(1, []));
        byte[] content = File.ReadAllBytes(Path)[SHA256.HashSizeInBytes..];
        const int StateBytes = 5056;
        int state = content.AsSpan().IndexOf(BitConverter.GetBytes(StateBytes)) + sizeof(int);
        Convert.FromHexString(bytes).CopyTo(content, state + at);
        Check(content);
        Check(content[..(state + 100)]);
        Check(content[..40]);
        Check([.. Enumerable.Repeat((byte)0xff, 100)]);
        Check([]);

        void Check(byte[] changed)
        {
            File.WriteAllBytes(Path, [.. SHA256.HashData(changed), .. changed]);
            Refusal.Of<InvalidDataException>(() => Train(Options(2, [])), Path, "cannot be read", "delete the file");
        }
    }

    private void Refuse(Action<TorchCnnTrainer.Options> change, params string[] words) => Refuse(change, GrayImages.View(_ml, 50), words);

    private void Refuse(Action<TorchCnnTrainer.Options> change, IDataView train, params string[] words)
    {
        var options = Options(2, []);
        change(options);
        Refusal.Of<InvalidOperationException>(() => _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(train), [Path, "different settings", .. words]);
    }

    private TorchCnnTrainer.Options Options(
        int epochs, List<TorchCnnEpoch> seen, TorchCnnOptimizer optimizer = TorchCnnOptimizer.Adam, bool checkpoint = true, double momentum = 0) => new()
    {
        Momentum = momentum,
        Epochs = epochs,
        BatchSize = 16,
        Optimizer = optimizer,
        ValidationSets = [new("set", GrayImages.View(_ml, 20, seed: 4))],
        EpochFinished = seen.Add,
        CheckpointPath = checkpoint ? Path : null,
    };

    private float[] Train(TorchCnnTrainer.Options options)
    {
        var view = GrayImages.View(_ml, 50);
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(view);
        return [.. model.Transform(view).Vectors<float>("Score").SelectMany(scores => scores)];
    }
}
