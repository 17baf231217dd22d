using System.Reflection;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class TorchCnnTrainerTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void The_short_overload_learns_and_its_predictions_map_back_to_the_labels()
    {
        var train = GrayImages.View(_ml, 300);
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 3, batchSize: 16).Fit(train);
        var scored = model.Transform(GrayImages.View(_ml, 90, seed: 9));
        var named = _ml.Transforms.Conversion.MapKeyToValue("Predicted", "PredictedLabel").Fit(scored).Transform(scored);

        Assert.IsGreaterThan(0.95, _ml.MulticlassClassification.Evaluate(scored).MicroAccuracy);
        CollectionAssert.AreEqual(named.Values<int>("Digit"), named.Values<int>("Predicted"));
        CollectionAssert.AreEqual(new[] { "0", "1", "2" }, scored.Schema["Score"].Annotation<ReadOnlyMemory<char>>("SlotNames").Select(name => name.ToString()).ToArray());
    }

    [TestMethod]
    public void A_prediction_engine_scores_an_image_like_a_view()
    {
        var train = GrayImages.View(_ml, 120);
        var pipeline = _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1)
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Digit", "PredictedLabel"));
        var model = pipeline.Fit(train);
        float[][] expected = model.Transform(train).Vectors<float>("Score");
        using var engine = _ml.Model.CreatePredictionEngine<Input, Prediction>(model);
        var rows = GrayImages.Make(120);
        for (int i = 0; i < 10; i++)
        {
            var prediction = engine.Predict(new Input { Image = rows[i].Image });
            for (int j = 0; j < 3; j++)
                Assert.AreEqual(expected[i][j], prediction.Score[j], 1e-5f);
            Assert.AreEqual(Array.IndexOf(prediction.Score, prediction.Score.Max()), prediction.Digit);
        }
    }

    [TestMethod]
    public void Singles_train_to_the_same_bits_as_bytes()
    {
        var bytes = GrayImages.View(_ml, 70);
        var singles = _ml.Transforms.Conversion.ConvertType("Image", "Image", DataKind.Single).Fit(bytes).Transform(bytes);
        CollectionAssert.AreEqual(Scores(Options(), bytes), Scores(Options(), singles));
    }

    [TestMethod]
    [DataRow(TorchCnnOptimizer.Sgd)]
    [DataRow(TorchCnnOptimizer.Adam)]
    public void The_same_seed_gives_the_same_bits_and_another_seed_does_not(TorchCnnOptimizer optimizer)
    {
        float[] first = Scores(Options(optimizer));
        CollectionAssert.AreEqual(first, Scores(Options(optimizer)));
        var other = Options(optimizer);
        other.Seed = 1;
        CollectionAssert.AreNotEqual(first, Scores(other));
    }

    [TestMethod]
    public void The_callback_gets_loss_duration_and_every_validation_set()
    {
        var seen = new List<TorchCnnEpoch>();
        var steps = new List<TorchCnnProgress>();
        var options = Options();
        options.ValidationSets = [new("other", GrayImages.View(_ml, 45, seed: 5)), new("training", GrayImages.View(_ml, 70))];
        options.EpochFinished = seen.Add;
        options.StepFinished = steps.Add;
        options.Epochs = 3;
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(GrayImages.View(_ml, 70));

        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, seen.Select(epoch => epoch.Epoch).ToArray());
        Assert.IsLessThan(seen[0].Loss, seen[2].Loss);
        Assert.IsTrue(seen.All(epoch => epoch.TrainSeconds > 0 && epoch.EvaluationSeconds > 0));
        CollectionAssert.AreEqual(new[] { "other", "training" }, seen[0].Validation.Keys.ToArray());

        // The results after the last epoch match those of the finished model.
        var last = seen[2].Validation["other"];
        var scored = model.Transform(GrayImages.View(_ml, 45, seed: 5));
        var metrics = _ml.MulticlassClassification.Evaluate(scored);
        CollectionAssert.AreEqual(scored.Values<uint>("PredictedLabel").Select(key => (int)key - 1).ToArray(), last.PredictedClasses.ToArray());
        Assert.AreEqual(metrics.MicroAccuracy, last.Accuracy, 1e-9);
        Assert.AreEqual(metrics.LogLoss, last.Loss, 1e-5);

        Assert.HasCount(15, steps);
        Assert.AreEqual((0, 1, 5, 0.001), (steps[0].Epoch, steps[0].BatchesDone, steps[0].BatchCount, steps[0].LearningRate));
        Assert.AreEqual((2, 5, 5, 0.001), (steps[^1].Epoch, steps[^1].BatchesDone, steps[^1].BatchCount, steps[^1].LearningRate));
    }

    [TestMethod]
    public void The_softmax_head_bounds_the_loss_like_the_reference()
    {
        var seen = new List<TorchCnnEpoch>();
        var options = Options();
        options.Head = TorchCnnHead.Softmax;
        options.Epochs = 10;
        options.EpochFinished = seen.Add;
        _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(GrayImages.View(_ml, 100)).Dispose();

        // With a softmax of a softmax over three classes, the probability of the correct class is at most e / (e + 2).
        double least = -Math.Log(Math.E / (Math.E + 2));
        Assert.IsTrue(seen.All(epoch => epoch.Loss >= least - 1e-6));
        Assert.AreEqual(least, seen[^1].Loss, 0.05);
    }

    [TestMethod]
    public void A_validation_set_does_not_affect_training()
    {
        var with = Options();
        with.ValidationSets = [new("a", GrayImages.View(_ml, 45, seed: 5)), new("b", GrayImages.View(_ml, 300, seed: 6))];
        CollectionAssert.AreEqual(Scores(Options()), Scores(with));

        with.Shuffle = TorchCnnShuffle.SharedWithValidation;
        CollectionAssert.AreNotEqual(Scores(Options()), Scores(with));
    }

    [TestMethod]
    public void The_default_seed_is_that_of_the_context()
    {
        var seeded = Options();
        seeded.Seed = 7;
        float[] expected = Scores(seeded);

        CollectionAssert.AreEqual(expected, ScoresIn(new MLContext(seed: 7), Options()));
        CollectionAssert.AreEqual(expected, ScoresIn(new MLContext(seed: 3), seeded));
        CollectionAssert.AreNotEqual(expected, Scores(Options()));
    }

    [TestMethod]
    public void A_random_seed_is_logged_and_reproduces_the_training_run()
    {
        var seeds = new List<int>();
        var scores = new List<float[]>();
        for (int i = 0; i < 2; i++)
        {
            var ml = new MLContext();
            ml.Log += (_, e) =>
            {
                if (e.RawMessage.StartsWith("The random seed is ", StringComparison.Ordinal))
                    seeds.Add(int.Parse(e.RawMessage.Split(' ', '.')[4], System.Globalization.CultureInfo.InvariantCulture));
            };
            scores.Add(ScoresIn(ml, Options()));
        }

        Assert.HasCount(2, seeds);
        Assert.AreNotEqual(seeds[0], seeds[1]);
        var repeated = Options();
        repeated.Seed = seeds[0];
        CollectionAssert.AreEqual(scores[0], Scores(repeated));
    }

    [TestMethod]
    public void Label_smoothing_mixes_the_label_with_all_classes()
    {
        const double Smoothing = 0.3;
        var plain = Losses(0);
        var smoothed = Losses(Smoothing);

        // In the first step, the weights are the same, so the loss matches the definition.
        Assert.AreEqual(plain.Uniform * Smoothing + plain.Loss * (1 - Smoothing), smoothed.Loss, 1e-5);
        Assert.AreEqual(plain.FirstValidation, smoothed.FirstValidation, 1e-5);

        // A single step over all rows with a rate that is too small to change anything: the training loss, the validation loss, and the cross-entropy
        // with the uniform distribution.
        (double Loss, double FirstValidation, double Uniform) Losses(double smoothing)
        {
            TorchCnnEpoch? epoch = null;
            var view = GrayImages.View(_ml, 30);
            using var model = _ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
            {
                BatchSize = 30, Epochs = 1, Optimizer = TorchCnnOptimizer.Sgd, LearningRate = 1e-30, LabelSmoothing = smoothing,
                ValidationSets = [new("same", view)], EpochFinished = finished => epoch = finished,
            }).Fit(view);
            double uniform = model.Transform(view).Vectors<float>("Score").Average(scores => scores.Average(score => -Math.Log(score)));
            return (epoch!.Loss, epoch.Validation["same"].Loss, uniform);
        }
    }

    [TestMethod]
    public void Channels_are_normalized_separately_in_bytes_and_singles_and_in_the_saved_model()
    {
        var normalization = new PixelNormalization(255, [0.2f, 0.5f, 0.7f], [0.1f, 0.5f, 1.5f]);
        var network = TorchNetwork.Register("tests/first pixels", (_, _) => new FirstPixels());
        var bytes = _ml.Data.LoadFromEnumerable([new ColorRow()]);
        var singles = _ml.Transforms.Conversion.ConvertType("Image", "Image", DataKind.Single).Fit(bytes).Transform(bytes);
        foreach (var view in (IDataView[])[bytes, singles])
        {
            using var model = _ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
            {
                Network = network, Normalization = normalization, Epochs = 1, Optimizer = TorchCnnOptimizer.Sgd, LearningRate = 1e-30,
            }).Fit(view);
            foreach (var scorer in (ITransformer[])[model, EstimatorInvariants.SaveAndLoad(_ml, model, view.Schema, out _)])
            {
                // Differences of inputs are ratios of outputs of the softmax.
                float[] scores = scorer.Transform(view).Vectors<float>("Score")[0];
                double[] inputs = [(10 / 255.0 - 0.2) / 0.1, (130 / 255.0 - 0.5) / 0.5, (250 / 255.0 - 0.7) / 1.5];
                Assert.AreEqual(inputs[1] - inputs[0], Math.Log(scores[1] / scores[0]), 1e-4);
                Assert.AreEqual(inputs[2] - inputs[0], Math.Log(scores[2] / scores[0]), 1e-4);
            }
        }
    }

    [TestMethod]
    public void The_device_of_the_context_or_the_CPU_as_fallback_is_used()
    {
        if (cuda_is_available())
            Assert.Inconclusive("This machine has a CUDA device.");

        float[] expected = Scores(Options());
        CollectionAssert.AreEqual(expected, ScoresIn(new MLContext(seed: 0) { GpuDeviceId = 0, FallbackToCpu = true }, Options()));
        var refusal = Refusal.Of<ArgumentException>(
            () => ScoresIn(new MLContext(seed: 0) { GpuDeviceId = 1, FallbackToCpu = false }, Options()), "'cuda:1'", "use 'cpu'");
        Assert.AreEqual(nameof(TorchCnnTrainer.Options.Device), refusal.ParamName);
        var processor = Options();
        processor.Device = "cpu";
        CollectionAssert.AreEqual(expected, ScoresIn(new MLContext(seed: 0) { GpuDeviceId = 0, FallbackToCpu = false }, processor));
    }

    private static float[] ScoresIn(MLContext ml, TorchCnnTrainer.Options options)
    {
        using var model = ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(GrayImages.View(ml, 70));
        return [.. model.Transform(GrayImages.View(ml, 70)).Vectors<float>("Score").SelectMany(scores => scores)];
    }

    [TestMethod]
    public void A_batch_larger_than_the_training_set_is_the_whole_set()
    {
        var large = Options();
        large.BatchSize = int.MaxValue;
        var whole = Options();
        whole.BatchSize = 70;
        CollectionAssert.AreEqual(Scores(whole), Scores(large));
    }

    [TestMethod]
    public void A_user_s_network_is_trained_saved_and_loaded_with_its_buffers()
    {
        var network = TorchNetwork.Register("tests/normalized", (shape, classes) => new NormalizedNetwork(shape.Size, classes));
        var options = Options();
        options.Network = network;
        var view = GrayImages.View(_ml, 70);
        var model = _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(view);
        var loaded = EstimatorInvariants.SaveAndLoad(_ml, model, view.Schema, out _);

        CollectionAssert.AreEqual(EstimatorInvariants.Describe(model.Transform(view)), EstimatorInvariants.Describe(loaded.Transform(view)));
        Refusal.Of<ArgumentException>(() => TorchNetwork.Register("tests/normalized", (_, _) => null!), "tests/normalized", "already registered");
        Assert.Throws<ArgumentException>(() => TorchNetwork.Register(" ", (_, _) => null!));
    }

    [TestMethod]
    public void A_network_without_a_name_cannot_be_saved_and_the_message_explains_how()
    {
        var options = Options();
        options.Network = new TorchNetwork((shape, classes) => new NormalizedNetwork(shape.Size, classes));
        var view = GrayImages.View(_ml, 20);
        var model = _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(view);
        Refusal.Of<InvalidOperationException>(() => EstimatorInvariants.SaveAndLoad(_ml, model, view.Schema, out _), "no name", "TorchNetwork.Register");
    }

    [TestMethod]
    public void A_network_with_the_wrong_output_shape_is_rejected()
    {
        Refuse<InvalidOperationException>(
            options => options.Network = new TorchNetwork((shape, _) => new NormalizedNetwork(shape.Size, 7)), "2×3", "2×7", "3 classes");
        Refuse<InvalidOperationException>(options => options.Network = new TorchNetwork((_, _) => new Unflattened()), "2×3", "2×1×16×16");
        Refuse<InvalidOperationException>(options => options.Network = new TorchNetwork((_, _) => null!), "factory", "null");
    }

    [TestMethod]
    public void A_network_s_images_and_classes_must_exist()
    {
        foreach (var shape in (ImageShape[])[new(0, 28, 28), new(1, -1, 28), new(1, 28, 0), default])
            Refusal.Of<ArgumentOutOfRangeException>(() => TorchNetwork.BadNets.Create(shape, 10), $"{shape}");
        foreach (int classes in (int[])[0, -1, int.MinValue])
            Refusal.Of<ArgumentOutOfRangeException>(() => TorchNetwork.BadNets.Create(new(1, 28, 28), classes), $"{classes}");
        Refusal.Of<ArgumentException>(() => TorchNetwork.BadNets.Create(new(1, 15, 28), 10), "16×16", "28×15");
        Assert.Throws<OverflowException>(() => new ImageShape(1, 70_000, 70_000).Size);
    }

    [TestMethod]
    public void Training_with_one_class_works()
    {
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(Options()).Fit(GrayImages.View(_ml, 10, classes: 1));
        Assert.IsTrue(model.Transform(GrayImages.View(_ml, 10)).Vectors<float>("Score").All(scores => scores is [1f]));
    }

    [TestMethod]
    public void A_loss_that_is_not_a_number_ends_training_and_names_the_epoch()
    {
        var refusal = Refuse<NotFiniteNumberException>(
            options =>
            {
                options.Optimizer = TorchCnnOptimizer.Sgd;
                options.LearningRate = 1e30;
            },
            "epoch 0", "step", "learning rate", "1E+30");
        Assert.IsFalse(double.IsFinite(refusal.OffendingNumber));
    }

    [TestMethod]
    public void Options_out_of_range_are_rejected_before_data_is_read()
    {
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.Epochs = 0, "Epochs");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.BatchSize = 0, "BatchSize");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.LearningRate = 0, "learning rate", "0");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.LearningRate = double.NaN, "learning rate", "NaN");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.LearningRate = double.PositiveInfinity, "learning rate");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.Threads = 0, "threads", $"from 1 to {Environment.ProcessorCount}", "is 0");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.Threads = Environment.ProcessorCount + 1, "threads", $"from 1 to {Environment.ProcessorCount}");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.Optimizer = (TorchCnnOptimizer)9, "optimizer '9'");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.Head = (TorchCnnHead)9, "head '9'");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.Shuffle = (TorchCnnShuffle)9, "shuffle '9'");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.LabelSmoothing = 1, "label smoothing", "is 1");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.LabelSmoothing = double.NaN, "label smoothing", "NaN");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.Augmentation = new() { CropPadding = -1 }, "crop padding", "-1");
        RefuseAtOnce<ArgumentOutOfRangeException>(options => options.Augmentation = new() { RotationDegrees = 181 }, "rotation", "181");
        RefuseAtOnce<ArgumentException>(options => options.LearningRateSchedule = LearningRateSchedule.Cosine(epochs: 1), "after 1 epochs", "training run has 2");
        RefuseAtOnce<ArgumentException>(options => options.LearningRateSchedule = LearningRateSchedule.Cosine(minimum: 0.5), "minimum", "0.001", "0.5");
        RefuseAtOnce<ArgumentNullException>(options => options.LearningRateSchedule = null!, "LearningRateSchedule");
        RefuseAtOnce<ArgumentNullException>(options => options.Normalization = null!, "Normalization");
        RefuseAtOnce<ArgumentNullException>(options => options.Network = null!, "Network");
        RefuseAtOnce<ArgumentException>(options => options.LabelColumnName = "", "LabelColumnName");
        RefuseAtOnce<ArgumentException>(options => options.ValidationSets = [new("a", null!), new("a", null!)], "two", "'a'");
        RefuseAtOnce<ArgumentException>(options => options.ValidationSets = [new(null!, GrayImages.View(_ml, 3))], "name");
        Assert.Throws<ArgumentNullException>(() => _ml.MulticlassClassification.Trainers.TorchCnn((TorchCnnTrainer.Options)null!));
    }

    [TestMethod]
    public void An_error_in_an_option_names_the_option_as_its_parameter()
    {
        Names(nameof(TorchCnnTrainer.Options.Epochs), options => options.Epochs = 0);
        Names(nameof(TorchCnnTrainer.Options.BatchSize), options => options.BatchSize = -1);
        Names(nameof(TorchCnnTrainer.Options.LearningRate), options => options.LearningRate = -1);
        Names(nameof(TorchCnnTrainer.Options.Threads), options => options.Threads = -1);
        Names(nameof(TorchCnnTrainer.Options.Network), options => options.Network = null!);
        Names(nameof(TorchCnnTrainer.Options.ImageColumnName), options => options.ImageColumnName = " ");
        Names(nameof(TorchCnnTrainer.Options.Device), options => options.Device = "tpu");
        Names(nameof(TorchCnnTrainer.Options.Device), options => options.Device = " ");
        Names(nameof(TorchCnnTrainer.Options.LabelSmoothing), options => options.LabelSmoothing = -0.1);
        Names(nameof(TorchCnnTrainer.Options.Shuffle), options => options.Shuffle = (TorchCnnShuffle)(-1));
        Names(nameof(TorchCnnTrainer.Options.LearningRateSchedule), options => options.LearningRateSchedule = LearningRateSchedule.Cosine(epochs: 1));
        Names(nameof(TorchCnnTrainer.Options.Normalization), options => options.Normalization = new(255, [0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]));
        Names(nameof(TorchCnnTrainer.Options.Augmentation), options => options.Augmentation = new() { RotationDegrees = -1 });
        Names(nameof(TorchCnnTrainer.Options.Augmentation), options => options.Augmentation = new() { CropPadding = GrayImages.Side });
        Names(nameof(TorchCnnTrainer.Options.ValidationSets), options => options.ValidationSets = [new("null", null!)]);
        Names(nameof(TorchCnnTrainer.Options.ValidationSets), options => options.ValidationSets = [new("none", Keys())]);

        void Names(string option, Action<TorchCnnTrainer.Options> change)
        {
            var options = Options();
            change(options);
            var refusal = Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(Keys(1, 2, 3)));
            Assert.AreEqual(option, refusal.ParamName);
        }
    }

    [TestMethod]
    public void Options_are_copied_when_the_trainer_is_created()
    {
        var options = Options();
        var sets = new List<KeyValuePair<string, IDataView>> { new("set", GrayImages.View(_ml, 5)) };
        var names = new List<string>();
        options.ValidationSets = sets;
        options.EpochFinished = epoch => names.AddRange(epoch.Validation.Keys);
        options.Epochs = 1;
        var trainer = _ml.MulticlassClassification.Trainers.TorchCnn(options);
        sets.Clear();
        options.Epochs = 5;
        trainer.Fit(GrayImages.View(_ml, 10)).Dispose();
        CollectionAssert.AreEqual(new[] { "set" }, names);
    }

    [TestMethod]
    public void A_missing_device_is_reported_with_the_valid_ones()
    {
        Refuse<ArgumentException>(options => options.Device = "tpu", "'tpu'", "'cpu', 'cuda'");
        Refuse<ArgumentException>(options => options.Device = "cudax", "'cudax'");
        if (!cuda_is_available())
        {
            Refuse<ArgumentException>(options => options.Device = "cuda", "'cuda'", "use 'cpu'");
            Refuse<ArgumentException>(options => options.Device = "cuda:1", "'cuda:1'", "use 'cpu'");
        }
    }

    [TestMethod]
    public void Missing_and_invalid_labels_are_reported_with_their_row()
    {
        Refusal.Of<ArgumentException>(() => Fit(Keys(1, 2, 0)), "Label", "missing", "row 2");
        Refusal.Of<ArgumentException>(() => Fit(Keys(1, 4)), "Label", "key 4", "row 1", "maximum for its type is 3");

        void Fit(IDataView view) => _ml.MulticlassClassification.Trainers.TorchCnn(Options()).Fit(view);
    }

    [TestMethod]
    public void A_key_with_the_range_of_a_hash_is_rejected_before_a_network_is_created()
    {
        var view = GrayImages.View(_ml, 5);
        view = _ml.Transforms.Conversion.Hash("Hashed", "Digit", numberOfBits: 31).Fit(view).Transform(view);
        var options = Options();
        options.LabelColumnName = "Hashed";
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(view), "Hashed", "1048576", "2147483648");
    }

    [TestMethod]
    public void Batches_beyond_two_gigabytes_are_rejected_before_they_are_allocated() =>
        Refusal.Of<ArgumentException>(
            () => _ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options { Network = new((_, _) => new Unflattened()), BatchSize = 20 })
                .Fit(_ml.Data.LoadFromEnumerable(Enumerable.Repeat(new HugeRow(), 20))),
            "20 images", "1×6000×6000", "smaller");

    [TestMethod]
    public void Unsuitable_columns_are_named()
    {
        var view = GrayImages.View(_ml, 5);
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit("Digits", "Image"), "Digits");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit("Label", "Picture"), "Picture");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit("Digit", "Image"), "Digit", "key");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit("Label", "Digit"), "Digit", "channels × height × width");

        void Fit(string label, string image) => _ml.MulticlassClassification.Trainers.TorchCnn(label, image).Fit(view);
    }

    [TestMethod]
    public void Empty_sets_are_rejected()
    {
        Refusal.Of<ArgumentException>(() => _ml.MulticlassClassification.Trainers.TorchCnn(Options()).Fit(Keys()), "no rows");
        var options = Options();
        options.ValidationSets = [new("none", Keys())];
        Refusal.Of<ArgumentException>(() => _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(Keys(1, 2, 3)), "'none'", "no rows");
    }

    [TestMethod]
    public void Validation_sets_with_different_images_or_classes_are_rejected_by_name()
    {
        Refuse<ArgumentException>(options => options.ValidationSets = [new("more", GrayImages.View(_ml, 8, classes: 4))], "'more'", "classes");
        Refuse<ArgumentException>(options => options.ValidationSets = [new("null", null!)], "'null'");
        Refuse<ArgumentException>(options => options.ValidationSets = [new("huge", _ml.Data.LoadFromEnumerable([new HugeRow()]))], "'huge'", "1×6000×6000", "1×16×16");
    }

    [TestMethod]
    public void Cancellation_ends_training_at_the_next_step()
    {
        using var source = new CancellationTokenSource();
        int steps = 0;
        Refuse<OperationCanceledException>(options =>
        {
            options.CancellationToken = source.Token;
            options.StepFinished = _ =>
            {
                if (++steps == 2)
                    source.Cancel();
            };
        });
        Assert.AreEqual(2, steps);
    }

    [TestMethod]
    public void Cancellation_of_the_context_ends_training_too()
    {
        var ml = new MLContext(seed: 0);
        var view = GrayImages.View(ml, 70);
        int steps = 0;
        var options = Options();

        // Only ML.NET's own packages (AutoML) can call it.
        var cancel = typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!;
        options.StepFinished = _ =>
        {
            if (++steps == 3)
                cancel.Invoke(ml, null);
        };
        Assert.Throws<OperationCanceledException>(() => ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(view));
        Assert.AreEqual(3, steps);
    }

    [TestMethod]
    public void Two_concurrent_training_runs_do_not_affect_each_other()
    {
        float[] alone = Scores(Options());
        var results = new float[4][];
        Parallel.For(0, 4, i => results[i] = Scores(Options(), GrayImages.View(new MLContext(), 70)));
        foreach (float[] result in results)
            CollectionAssert.AreEqual(alone, result);
    }

    private static TorchCnnTrainer.Options Options(TorchCnnOptimizer optimizer = TorchCnnOptimizer.Adam) =>
        new() { Epochs = 2, BatchSize = 16, Optimizer = optimizer };

    private float[] Scores(TorchCnnTrainer.Options options, IDataView? train = null)
    {
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(train ?? GrayImages.View(_ml, 70));
        return [.. model.Transform(train ?? GrayImages.View(_ml, 70)).Vectors<float>("Score").SelectMany(scores => scores)];
    }

    private T Refuse<T>(Action<TorchCnnTrainer.Options> change, params string[] words) where T : Exception
    {
        var options = Options();
        change(options);
        return Refusal.Of<T>(() => _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(GrayImages.View(_ml, 60)), words);
    }

    private void RefuseAtOnce<T>(Action<TorchCnnTrainer.Options> change, params string[] words) where T : Exception
    {
        var options = Options();
        change(options);
        Refusal.Of<T>(() => _ml.MulticlassClassification.Trainers.TorchCnn(options), words);
    }

    private UncheckedKeys Keys(params uint[] labels) =>
        new UncheckedKeys(_ml.Data.LoadFromEnumerable(labels.Select(label => new RawRow { Label = label })));

    private sealed class Input
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];

        public int Digit { get; set; }
    }

    private sealed class RawRow
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = new byte[GrayImages.Side * GrayImages.Side];

        public uint Label { get; set; }
    }

    private sealed class ColorRow
    {
        [VectorType(3, 1, 2)]
        public byte[] Image { get; set; } = [10, 1, 130, 1, 250, 1];

        [KeyType(3)]
        public uint Label { get; set; } = 1;
    }

    /// <summary>A network whose output for a class is the first pixel of a channel.</summary>
    private sealed class FirstPixels : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter unused = new(zeros(1));

        public FirstPixels()
            : base(nameof(FirstPixels)) => RegisterComponents();

        public override Tensor forward(Tensor input) => input.flatten(2).narrow(2, 0, 1).squeeze(2).add(unused);
    }

    private sealed class HugeRow
    {
        private static readonly byte[] Pixels = new byte[6000 * 6000];

        [VectorType(1, 6000, 6000)]
        public byte[] Image { get; set; } = Pixels;

        [KeyType(3)]
        public uint Label { get; set; } = 1;
    }

    /// <summary>Declares the numeric column Label as a key with 3 values, regardless of its content.</summary>
    private sealed class UncheckedKeys : IDataView
    {
        private readonly IDataView _numbers;

        public UncheckedKeys(IDataView numbers)
        {
            _numbers = numbers;
            var schema = new DataViewSchema.Builder();
            foreach (var column in numbers.Schema)
                schema.AddColumn(column.Name, column.Name == "Label" ? new KeyDataViewType(typeof(uint), 3) : column.Type);
            Schema = schema.ToSchema();
        }

        public DataViewSchema Schema { get; }

        public bool CanShuffle => false;

        public long? GetRowCount() => null;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            new Cursor(this, _numbers.GetRowCursor(_numbers.Schema.Where(column => columnsNeeded.Any(needed => needed.Index == column.Index))));

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];

        private sealed class Cursor(UncheckedKeys view, DataViewRowCursor numbers) : DataViewRowCursor
        {
            public override DataViewSchema Schema => view.Schema;

            public override long Position => numbers.Position;

            public override long Batch => numbers.Batch;

            public override bool MoveNext() => numbers.MoveNext();

            public override bool IsColumnActive(DataViewSchema.Column column) => numbers.IsColumnActive(numbers.Schema[column.Index]);

            public override ValueGetter<DataViewRowId> GetIdGetter() => numbers.GetIdGetter();

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => numbers.GetGetter<TValue>(numbers.Schema[column.Index]);
        }
    }

    private sealed class NormalizedNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly BatchNorm1d norm;
        private readonly Linear layer;

        public NormalizedNetwork(int size, int classes)
            : base(nameof(NormalizedNetwork))
        {
            norm = nn.BatchNorm1d(size);
            layer = nn.Linear(size, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => layer.call(norm.call(input.flatten(1)));
    }

    private sealed class Unflattened : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d layer = nn.Conv2d(1, 1, 1);

        public Unflattened()
            : base(nameof(Unflattened)) => RegisterComponents();

        public override Tensor forward(Tensor input) => layer.call(input);
    }
}
