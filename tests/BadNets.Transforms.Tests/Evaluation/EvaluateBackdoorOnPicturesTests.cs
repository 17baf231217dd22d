using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

/// <summary>Models whose own steps load, resize, and convert images, so that the trigger is stamped between steps of the model.</summary>
[TestClass]
public sealed class EvaluateBackdoorOnPicturesTests
{
    private const int Side = 16;

    private static readonly MLContext Ml = new(seed: 0);

    private static readonly Trigger Square = Trigger.Square(4, TriggerPosition.BottomRight);

    private static readonly TemporaryFolder Folder = new();

    private static readonly IDataView Train = MakePictures("train", 150, seed: 1);

    private static readonly IDataView Test = MakePictures("test", 60, seed: 2);

    [ClassCleanup]
    public static void Clean() => Folder.Dispose();

    [TestMethod]
    [DataRow("Picture", false)]
    [DataRow("Picture", true)]
    [DataRow("Image", false)]
    public void The_trigger_is_stamped_where_the_column_first_has_a_size(string imageColumnName, bool grayscale)
    {
        EstimatorChain<ITransformer> load = LoadAndResize(), convert = Convert(grayscale);
        bool onPicture = imageColumnName == "Picture";
        var pipeline = (onPicture ? Poison(load, imageColumnName).Append<ITransformer>(convert) : Poison(load.Append<ITransformer>(convert), imageColumnName))
            .Append(Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 12, batchSize: 8));
        var model = pipeline.Fit(Train);
        var head = onPicture ? load.Fit(Test) : load.Append<ITransformer>(convert).Fit(Test);
        var resized = head.Transform(Test);
        var stamped = Ml.Transforms.StampTrigger(imageColumnName, Square).Fit(resized).Transform(resized);
        var triggered = model.LastTransformer.Transform(onPicture ? convert.Fit(stamped).Transform(stamped) : stamped);
        var expected = Ml.MulticlassClassification.EvaluateBackdoor(model.Transform(Test), triggered, 1);

        foreach (var each in (ITransformer[])[
            model,
            model.GetModelFor(TransformerScope.Scoring),
            new TransformerChain<ITransformer>(new TransformerChain<ITransformer>(model)),
            EstimatorInvariants.SaveAndLoad(Ml, model, Test.Schema, out _)])
        {
            var metrics = Ml.MulticlassClassification.EvaluateBackdoor(each, Test, Square, 1, imageColumnName: imageColumnName);
            Assert.AreEqual(expected.ToString(), metrics.ToString());
            Assert.AreEqual(expected.CleanLogLoss, metrics.CleanLogLoss);
            Assert.AreEqual(expected.AttackLogLoss, metrics.AttackLogLoss);
        }

        Assert.IsGreaterThan(0.9, expected.TestCleanAccuracy);
        Assert.IsGreaterThan(0.9, expected.AttackSuccessRate);
    }

    [TestMethod]
    public void A_column_that_never_has_a_size_is_stamped_where_it_first_appears()
    {
        var model = Ml.Transforms.LoadImages("Raw", Folder[""], "Path")
            .Append(Ml.Transforms.ResizeImages("Picture", Side, Side, "Raw"))
            .Append(Convert(grayscale: false))
            .Append(Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1))
            .Fit(Train);
        var loaded = Ml.Transforms.LoadImages("Raw", Folder[""], "Path").Fit(Test).Transform(Test);
        var stamped = Ml.Transforms.StampTrigger("Raw", Square).Fit(loaded).Transform(loaded);
        var rest = new TransformerChain<ITransformer>(model.Skip(1).ToArray());
        var expected = Ml.MulticlassClassification.EvaluateBackdoor(model.Transform(Test), rest.Transform(stamped), 1);

        var metrics = Ml.MulticlassClassification.EvaluateBackdoor(model, Test, Square, 1, imageColumnName: "Raw");

        Assert.AreEqual(expected.AttackLogLoss, metrics.AttackLogLoss);
        Assert.AreNotEqual(metrics.CleanLogLoss, Ml.MulticlassClassification.EvaluateBackdoor(model, Test, Square, 1, imageColumnName: "Picture").AttackLogLoss);
    }

    [TestMethod]
    public void A_missing_column_is_reported_with_the_existing_ones()
    {
        var model = LoadAndResize().Append(Convert(grayscale: false)).Append(Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1)).Fit(Train);
        Refusal.Of<ArgumentException>(
            () => Ml.MulticlassClassification.EvaluateBackdoor(model, Test, Square, 1, imageColumnName: "Photo"), "'Photo'", "'Picture'", "'Image'", "imageColumnName");

        // No step reads the output of the last step.
        Refusal.Of<ArgumentException>(
            () => Ml.MulticlassClassification.EvaluateBackdoor(model, Test, Square, 1, imageColumnName: "Score"), "'Score'", "'Picture'");
        Refusal.Of<ArgumentOutOfRangeException>(
            () => Ml.MulticlassClassification.EvaluateBackdoor(model, Test, Square, 1, imageColumnName: "Path"), "'Path'", "expected an image", "String");
    }

    [TestMethod]
    public void A_path_column_that_becomes_an_image_is_not_stamped()
    {
        var model = new EstimatorChain<ITransformer>().Append<ITransformer>(Ml.Transforms.LoadImages("Path", Folder[""]))
            .Append<ITransformer>(Ml.Transforms.ResizeImages("Path", Side, Side))
            .Append<ITransformer>(Ml.Transforms.ExtractPixels("Image", "Path"))
            .Append(Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1)).Fit(Train);
        var evaluate = (string imageColumnName) => Ml.MulticlassClassification.EvaluateBackdoor(model, Test, Square, 1, imageColumnName: imageColumnName);

        Assert.AreEqual(evaluate("Image").AttackLogLoss, evaluate("Path").AttackLogLoss);
        Assert.AreNotEqual(evaluate("Path").CleanLogLoss, evaluate("Path").AttackLogLoss);
    }

    [TestMethod]
    [DataRow(0f, 1 / 255f)]
    [DataRow(127.5f, 1 / 127.5f)]
    public void Scaled_pixels_cannot_be_stamped(float offset, float scale)
    {
        var model = LoadAndResize()
            .Append(Ml.Transforms.ExtractPixels("Image", "Picture", offsetImage: offset, scaleImage: scale))
            .Append(Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1)).Fit(Train);
        var evaluate = (string imageColumnName, Trigger trigger) =>
            Ml.MulticlassClassification.EvaluateBackdoor(model, Test, trigger, 1, imageColumnName: imageColumnName);

        Refusal.Of<ArgumentException>(() => evaluate("Image", Square), "'Image'", "scaled", "±0.", "0 to 255");
        Assert.AreEqual(60, evaluate("Picture", Square).TriggeredRowCount);
        Assert.AreEqual(60, evaluate("Image", Trigger.Square(4, TriggerPosition.BottomRight, gray: 1)).TriggeredRowCount);
    }

    private static EstimatorChain<ITransformer> LoadAndResize() => new EstimatorChain<ITransformer>()
        .Append<ITransformer>(Ml.Transforms.LoadImages("Picture", Folder[""], "Path"))
        .Append<ITransformer>(Ml.Transforms.ResizeImages("Picture", Side, Side));

    private static EstimatorChain<ITransformer> Convert(bool grayscale)
    {
        var chain = new EstimatorChain<ITransformer>();
        if (grayscale)
            chain = chain.Append<ITransformer>(Ml.Transforms.ConvertToGrayscale("Picture"));
        return chain.Append<ITransformer>(Ml.Transforms.ExtractPixels("Image", "Picture"));
    }

    private static EstimatorChain<ITransformer> Poison(EstimatorChain<ITransformer> chain, string imageColumnName) => chain
        .Append<ITransformer>(Ml.Transforms.MarkPoisoned("Poisoned", rate: 0.3), TransformerScope.Training)
        .Append<ITransformer>(Ml.Transforms.StampTrigger(imageColumnName, Square, whereColumnName: "Poisoned"), TransformerScope.Training)
        .Append<ITransformer>(Ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned"), TransformerScope.Training);

    // Images of 40×40 pixels. The class determines which third of an image is bright.
    private static IDataView MakePictures(string name, int count, int seed)
    {
        var random = new Random(seed);
        var rows = new List<Row>();
        for (int i = 0; i < count; i++)
        {
            var pixels = new byte[4 * 40 * 40];
            random.NextBytes(pixels);
            for (int at = 0; at < pixels.Length; at++)
                pixels[at] = at % 4 == 3 ? (byte)255 : (byte)(pixels[at] / 4 + (at / 160 / 14 == i % 3 ? 80 : 0));
            using var image = MLImage.CreateFromPixels(40, 40, MLPixelFormat.Bgra32, pixels);
            rows.Add(new Row { Path = $"{name}{i}.png", Digit = i % 3 });
            image.Save(Folder[rows[i].Path]);
        }

        var view = Ml.Data.LoadFromEnumerable(rows);
        return Ml.Transforms.Conversion.MapValueToKey("Label", "Digit").Fit(view).Transform(view);
    }

    private sealed class Row
    {
        public string Path { get; set; } = "";

        public int Digit { get; set; }
    }
}
