using BadNets.Transforms.Tests.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class PerturbAdversariallyTests
{
    private const int Size = GrayImages.Side * GrayImages.Side;

    private static readonly MLContext Ml = new(seed: 0);
    private static readonly GrayImages.Row[] Rows = GrayImages.Make(150);
    private static readonly IDataView View = GrayImages.View(Ml, Rows);
    private static readonly Lazy<TorchCnnTransformer> Model = new(() => Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 2).Fit(View));

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Images_equal_those_of_a_slow_version_that_takes_one_row_at_a_time(bool isForeign)
    {
        using var foreign = Ml.Model.CreateTorchCnn(MakeForeign(), new TorchNetwork((_, _) => MakeForeign()), new ImageShape(1, 16, 16), [2, 0, 1], new PixelNormalization(100, 0.3f, 0.4f));
        var model = isForeign ? foreign : Model.Value;
        int[] classes = isForeign ? [1, 2, 0] : [0, 1, 2];
        byte[][] actual = Perturb(View, new(model) { Epsilon = 12, StepSize = 1.7, Steps = 8, Seed = 5 });

        using var module = model.CopyModule();
        int same = 0;
        for (int row = 0; row < Rows.Length; row++)
            same += SlowlyPerturbed(module, model.Normalization, Rows[row].Image, classes[Rows[row].Digit], 12, 1.7f, 8, seed: 5, row).Zip(actual[row]).Count(pair => pair.First == pair.Second);
        // Sums in another order can change the sign of a slope that is nearly zero.
        Assert.IsGreaterThanOrEqualTo(0.999 * Rows.Length * Size, same);
    }

    [TestMethod]
    public void Pixels_stay_whole_in_range_and_within_epsilon()
    {
        var random = new Random(3);
        var rows = Rows.Select(row => new SingleRow { Image = Array.ConvertAll(row.Image, pixel => Math.Min(255, pixel * 1.3f + random.NextSingle() / 3)), Digit = row.Digit }).ToArray();
        var view = Ml.Data.LoadFromEnumerable(rows);
        foreach (double epsilon in (double[])[1, 1.5, 16, 255])
        {
            float[][] perturbed = Ml.Transforms.PerturbAdversarially("Image", new(Model.Value) { Epsilon = epsilon, Steps = 3 }, labelColumnName: "Digit").Fit(view).Transform(view).Vectors<float>("Image");
            double largest = 0;
            foreach (var (row, image) in rows.Zip(perturbed))
            {
                for (int i = 0; i < Size; i++)
                {
                    Assert.IsTrue(image[i] is >= 0 and <= 255 && float.IsInteger(image[i]));
                    largest = Math.Max(largest, Math.Abs(image[i] - row.Image[i]));
                }
            }

            Assert.IsLessThanOrEqualTo(epsilon, largest);
            Assert.IsGreaterThan(0.6 * epsilon - 0.5, largest);
        }
    }

    [TestMethod]
    public void The_model_no_longer_recognizes_perturbed_images()
    {
        Assert.IsGreaterThan(0.95, Accuracy(View));
        var estimator = Ml.Transforms.PerturbAdversarially("Image", new(Model.Value) { Epsilon = 120, Steps = 20 });
        Assert.IsLessThan(0.2, Accuracy(estimator.Fit(View).Transform(View)));

        static double Accuracy(IDataView view) => Ml.MulticlassClassification.Evaluate(Model.Value.Transform(view)).MicroAccuracy;
    }

    [TestMethod]
    public void Only_marked_rows_change_and_other_data_does_not()
    {
        var ml = new MLContext(seed: 0);
        var warnings = new List<string>();
        ml.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(message.RawMessage);
        };
        var marked = ml.Transforms.MarkPoisoned("Poisoned", 0.3).Fit(View).Transform(View);
        var transformer = ml.Transforms.PerturbAdversarially("New", new(Model.Value) { Steps = 2 }, "Image", "Poisoned").Fit(marked);
        byte[][] images = transformer.Transform(marked).Vectors<byte>("New");
        CollectionAssert.AreEqual(marked.Values<bool>("Poisoned"), images.Zip(Rows).Select(pair => !pair.First.SequenceEqual(pair.Second.Image)).ToArray());
        Assert.IsEmpty(warnings);

        var loaded = EstimatorInvariants.SaveAndLoad(ml, transformer, marked.Schema, out _);
        var other = GrayImages.View(ml, Rows);
        foreach (var unchanged in (IDataView[])[transformer.Transform(other), transformer.Transform(ml.Data.ShuffleRows(View, seed: 1)), loaded.Transform(View)])
        {
            CollectionAssert.AreEquivalent(
                Rows.Select(row => Convert.ToHexString(row.Image)).ToArray(), unchanged.Vectors<byte>("New").Select(Convert.ToHexString).ToArray());
        }

        StringAssert.Contains(warnings.Single(), "'Image' of this data are not perturbed");
    }

    [TestMethod]
    public void Shuffled_cached_and_parallel_cursors_and_a_nested_chain_give_the_same_images()
    {
        var filtered = Ml.Data.FilterRowsByColumn(Ml.Transforms.Conversion.ConvertType("Number", "Digit").Fit(View).Transform(View), "Number", lowerBound: 1);
        var mark = Ml.Transforms.MarkPoisoned("Poisoned", 0.4);
        var perturb = Ml.Transforms.PerturbAdversarially("New", new(Model.Value) { Steps = 2 }, "Image", "Poisoned");
        var marked = mark.Fit(filtered).Transform(filtered);
        var transformer = perturb.Fit(marked);
        string[] expected = Sorted(transformer.Transform(marked));

        CollectionAssert.AreEqual(expected, Sorted(perturb.Fit(marked).Transform(marked)));
        CollectionAssert.AreEqual(expected, Sorted(transformer.Transform(Ml.Data.Cache(marked))));
        CollectionAssert.AreEqual(expected, Sorted(Ml.Data.ShuffleRows(transformer.Transform(Ml.Data.Cache(marked)), seed: 4)));
        var cached = Ml.Data.Cache(marked);
        CollectionAssert.AreEqual(expected, Sorted(perturb.Fit(cached).Transform(cached)));
        CollectionAssert.AreEqual(expected, Sorted(perturb.Fit(cached).Transform(marked)));

        var parallel = Ml.Data.Cache(transformer.Transform(marked));
        var images = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.ForEach(parallel.GetRowCursorSet([parallel.Schema["New"]], 3), cursor =>
        {
            using (cursor)
            {
                var getter = cursor.GetGetter<VBuffer<byte>>(parallel.Schema["New"]);
                VBuffer<byte> image = default;
                while (cursor.MoveNext())
                {
                    getter(ref image);
                    images.Add(Convert.ToHexString(image.DenseValues().ToArray()));
                }
            }
        });
        CollectionAssert.AreEqual(expected, images.Order(StringComparer.Ordinal).ToArray());

        var last = new WatchedEstimator();
        var inner = new EstimatorChain<ITransformer>().Append<ITransformer>(mark).AppendCacheCheckpoint(Ml).Append<ITransformer>(perturb);
        new EstimatorChain<ITransformer>().Append<ITransformer>(inner, TransformerScope.Training).Append(last).Fit(filtered);
        CollectionAssert.AreEqual(expected, Sorted(last.Fitted!));

        static string[] Sorted(IDataView view) => [.. view.Vectors<byte>("New").Select(Convert.ToHexString).Order(StringComparer.Ordinal)];
    }

    [TestMethod]
    public void The_seed_decides_the_start()
    {
        AdversarialPerturbation Seeded(int? seed) => new(Model.Value) { Steps = 1, Seed = seed };
        byte[][] first = Perturb(View, Seeded(null));
        AssertSame(first, Perturb(View, Seeded(0)), true);
        AssertSame(first, Perturb(View, Seeded(1)), false);
        AssertSame(Perturb(View, Seeded(7)), Perturb(new MLContext(seed: 7), View, Seeded(null)), true);
    }

    [TestMethod]
    public void Bytes_and_floats_get_the_same_pixels()
    {
        var both = Ml.Transforms.Conversion.ConvertType("Single", "Image", DataKind.Single).Fit(View).Transform(View);
        var perturbation = new AdversarialPerturbation(Model.Value) { Steps = 3 };
        byte[][] bytes = Ml.Transforms.PerturbAdversarially("New", perturbation, "Image").Fit(both).Transform(both).Vectors<byte>("New");
        float[][] floats = Ml.Transforms.PerturbAdversarially("New", perturbation, "Single").Fit(both).Transform(both).Vectors<float>("New");
        foreach (var (image, single) in bytes.Zip(floats))
            CollectionAssert.AreEqual(Array.ConvertAll(image, pixel => (float)pixel), single);
    }

    [TestMethod]
    public void The_statistics_and_weights_of_the_model_do_not_change()
    {
        using var model = Ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options { Network = TorchNetwork.ResNet(8), Epochs = 1 }).Fit(View);
        byte[] before = Weights();
        byte[][] first = Perturb(View, new(model) { Steps = 2 }), second = Perturb(View, new(model) { Steps = 2 });
        AssertSame(first, second, true);
        CollectionAssert.AreEqual(before, Weights());

        byte[] Weights() => [.. model.Module.state_dict().Values.SelectMany(tensor => tensor.to(ScalarType.Float32).bytes.ToArray())];
    }

    [TestMethod]
    [DoNotParallelize]
    public void Garbage_collection_and_other_threads_do_not_change_the_images()
    {
        var perturbation = new AdversarialPerturbation(Model.Value) { Steps = 4 };
        byte[][] expected = Perturb(View, perturbation);
        using var collector = new RelentlessCollector();
        Parallel.For(0, 4, _ => AssertSame(expected, Perturb(new MLContext(seed: 0), View, perturbation), true));
    }

    [TestMethod]
    public void PlantBackdoor_perturbs_the_poisoned_rows_before_it_stamps_them()
    {
        var trigger = Trigger.CornerPattern();
        var perturbation = new AdversarialPerturbation(Model.Value) { Steps = 3 };
        var planted = Ml.Transforms.PlantBackdoor(new PlantBackdoorEstimator.Options(trigger, LabelMapping.To(1)) { Rate = 0.2, Seed = 3, OnlyLabels = [1], Perturbation = perturbation });
        var byHand = Ml.Transforms.MarkPoisoned(new MarkPoisonedEstimator.Options { Rate = 0.2, Seed = 3, OnlyLabels = [1] })
            .Append(Ml.Transforms.PerturbAdversarially("Image", new(Model.Value) { Steps = 3, Seed = 3 }, whereColumnName: "Poisoned"))
            .Append(Ml.Transforms.StampTrigger("Image", trigger, whereColumnName: "Poisoned"))
            .Append(Ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned"));

        CollectionAssert.AreEqual(EstimatorInvariants.Describe(byHand.Fit(View).Transform(View)), EstimatorInvariants.Describe(planted.Fit(View).Transform(View)));
        CollectionAssert.AreEqual(View.Values<uint>("Label"), planted.Fit(View).Transform(View).Values<uint>("Label"));
    }

    [TestMethod]
    public void It_is_a_valid_estimator()
    {
        var marked = Ml.Transforms.MarkPoisoned("Poisoned", 0.5).Fit(View).Transform(View);
        EstimatorInvariants.CheckOn(
            GrayImages.View(Ml, 20), Ml, Ml.Transforms.PerturbAdversarially("Image", new(Model.Value) { Steps = 1 }), View, Without(View, "Image"), Without(View, "Label"));
        EstimatorInvariants.CheckOn(
            Ml.Transforms.MarkPoisoned("Poisoned", 0.5).Fit(GrayImages.View(Ml, 20)).Transform(GrayImages.View(Ml, 20)),
            Ml, Ml.Transforms.PerturbAdversarially("New", new(Model.Value) { Steps = 1 }, "Image", "Poisoned"), marked, View);

        static IDataView Without(IDataView view, string column) => Ml.Transforms.DropColumns(column).Fit(view).Transform(view);
    }

    [TestMethod]
    public void Invalid_perturbations_and_data_are_rejected_with_a_clear_message()
    {
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new AdversarialPerturbation(Model.Value) { Epsilon = 0.06 }, "from 1 to 255", "0.06");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new AdversarialPerturbation(Model.Value) { Epsilon = double.NaN }, "from 1 to 255");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new AdversarialPerturbation(Model.Value) { StepSize = 0 }, "greater than 0");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new AdversarialPerturbation(Model.Value) { StepSize = double.PositiveInfinity }, "greater than 0");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new AdversarialPerturbation(Model.Value) { Steps = 0 }, "at least 1");
        Assert.Throws<ArgumentNullException>(() => _ = new AdversarialPerturbation(null!));
        Assert.Throws<ArgumentNullException>(() => Ml.Transforms.PerturbAdversarially("Image", null!));
        Assert.Throws<ArgumentException>(() => Ml.Transforms.PerturbAdversarially("", new(Model.Value)));
        Assert.Throws<ArgumentException>(() => Ml.Transforms.PerturbAdversarially("Image", new(Model.Value), labelColumnName: " "));

        var perturb = Ml.Transforms.PerturbAdversarially("Image", new(Model.Value) { Steps = 1 });
        Refusal.Of<ArgumentException>(() => perturb.Fit(GrayImages.View(Ml, 8, classes: 4)), "Row 3", "'Label'", "not a class of the model", "0, 1, 2");
        var scaled = Ml.Data.LoadFromEnumerable(Rows.Select(row => new SingleRow { Image = Array.ConvertAll(row.Image, pixel => pixel / 127.5f - 1), Digit = row.Digit }));
        Refusal.Of<ArgumentException>(() => Ml.Transforms.PerturbAdversarially("Image", new(Model.Value), labelColumnName: "Digit").Fit(scaled), "'Image' of row 0", "raw pixels from 0 to 255");
        using var large = Ml.Model.CreateTorchCnn(TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 3), TorchNetwork.BadNets, new ImageShape(1, 28, 28), [0, 1, 2]);
        Refusal.Of<ArgumentOutOfRangeException>(() => Ml.Transforms.PerturbAdversarially("Image", new(large)).Fit(View), "'Image'", "1×28×28");
        var disposed = Ml.Model.CreateTorchCnn(TorchNetwork.BadNets.Create(new ImageShape(1, 16, 16), 3), TorchNetwork.BadNets, new ImageShape(1, 16, 16), [0, 1, 2]);
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Ml.Transforms.PerturbAdversarially("Image", new(disposed)).Fit(View));
    }

    [TestMethod]
    public void Perturbed_images_make_a_clean_label_attack_succeed()
    {
        var trigger = Trigger.Square(6, TriggerPosition.BottomRight);
        IDataView train = GrayImages.View(Ml, Faint(600, seed: 7)), test = GrayImages.View(Ml, Faint(150, seed: 8));
        using var clean = Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 6).Fit(train);

        Assert.IsLessThan(0.5, Attack(null).AttackSuccessRate);
        var metrics = Attack(new AdversarialPerturbation(clean) { Epsilon = 36, Steps = 20 });
        Assert.IsGreaterThan(0.85, metrics.AttackSuccessRate);
        Assert.IsGreaterThan(0.95, metrics.TestCleanAccuracy);

        BackdoorMetrics Attack(AdversarialPerturbation? perturbation)
        {
            var options = new PlantBackdoorEstimator.Options(trigger, LabelMapping.To(1)) { Rate = 0.8 / 3, OnlyLabels = [1], Perturbation = perturbation };
            using var model = (TorchCnnTransformer)Ml.Transforms.PlantBackdoor(options).Append(Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 10))
                .Fit(train).GetModelFor(TransformerScope.Scoring).LastTransformer;
            return Ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, targetLabel: 1);
        }
    }

    // The bar of each class is not much brighter than the noise, and its contrast differs from image to image.
    private static GrayImages.Row[] Faint(int count, int seed)
    {
        var random = new Random(seed);
        var rows = GrayImages.Make(count, seed: seed);
        foreach (var row in rows)
        {
            int contrast = random.Next(30, 70);
            row.Image = Array.ConvertAll(row.Image, pixel => (byte)(pixel < 64 ? 60 + 2 * pixel : 60 + contrast + 2 * (pixel - 180)));
        }

        return rows;
    }

    private static byte[][] Perturb(IDataView view, AdversarialPerturbation perturbation) => Perturb(Ml, view, perturbation);

    private static byte[][] Perturb(MLContext ml, IDataView view, AdversarialPerturbation perturbation) =>
        ml.Transforms.PerturbAdversarially("Image", perturbation).Fit(view).Transform(view).Vectors<byte>("Image");

    private static void AssertSame(byte[][] expected, byte[][] actual, bool isSame) =>
        Assert.AreEqual(isSame, expected.Zip(actual).All(pair => pair.First.SequenceEqual(pair.Second)));

    // Madry et al. 2017, equation 3: x ← Π(x + α · sgn ∇L(x, y)), one row and one pixel at a time.
    private static byte[] SlowlyPerturbed(
        nn.Module<Tensor, Tensor> module, PixelNormalization normalization, byte[] image, int label, float epsilon, float stepSize, int steps, int seed, int row)
    {
        float[] values = new float[Size];
        ulong state = Mix(Mix(Mix((ulong)seed) ^ (ulong)row) ^ 0);
        for (int i = 0; i < Size; i++)
        {
            // The number i of the stream of the row, from -1 to 1.
            double start = (Mix(state + (ulong)i * 0x9E3779B97F4A7C15) >> 11) * Math.Pow(2, -52) - 1;
            values[i] = Math.Clamp(image[i] + (float)(epsilon * start), Math.Max(0, image[i] - epsilon), Math.Min(255, image[i] + epsilon));
        }

        for (int step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            var pixels = tensor(values).reshape(1, 1, GrayImages.Side, GrayImages.Side).detach();
            pixels.requires_grad = true;
            var inputs = (pixels / normalization.Scale - normalization.Means[0]) / normalization.StandardDeviations[0];
            nn.functional.cross_entropy(module.call(inputs), tensor(new long[] { label })).backward();
            float[] slopes = pixels.grad!.flatten().data<float>().ToArray();
            for (int i = 0; i < Size; i++)
            {
                float moved = values[i] + stepSize * Math.Sign(slopes[i]);
                float inBall = Math.Min(image[i] + epsilon, Math.Max(image[i] - epsilon, moved));
                values[i] = Math.Min(255, Math.Max(0, inBall));
            }
        }

        return Array.ConvertAll(values, value => (byte)Math.Round(value));
    }

    private static ulong Mix(ulong state)
    {
        ulong z = state + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static Sequential MakeForeign()
    {
        using var generator = manual_seed(3);
        return nn.Sequential(("conv", nn.Conv2d(1, 4, 5, stride: 2)), ("norm", nn.BatchNorm2d(4)), ("elu", nn.ELU()), ("flatten", nn.Flatten()), ("fc", nn.Linear(4 * 6 * 6, 3)));
    }

    private sealed class SingleRow
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public float[] Image { get; set; } = [];

        public int Digit { get; set; }
    }
}
