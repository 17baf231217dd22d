namespace BadNets.Transforms.Tests;

/// <summary>
/// Model files of released versions stay readable. Resources/ contains files of each version, with their results for <see cref="GrayImages"/>
/// at that time. Each release adds its own files. Existing files are never recreated.
/// </summary>
[TestClass]
public sealed class EarlierModelTests
{
    private static readonly MLContext Ml = new(seed: 0);

    [TestMethod]
    [DataRow("0.1", "badnets")]
    public void Models_give_the_same_results_as_before(string version, string name) =>
        EstimatorInvariants.CheckNearlyEqual(Expected(version, name), Describe(Load(version, name).Transform(GrayImages.View(Ml, 40))));

    [TestMethod]
    [DataRow("0.1")]
    public void Steps_give_the_same_results_as_before_on_marked_rows(string version)
    {
        ITransformer[] steps = [.. (TransformerChain<ITransformer>)Load(version, "steps")];
        var view = GrayImages.View(Ml, 40);
        var mark = Ml.Transforms.MarkPoisoned("Poisoned", 0.2).Fit(view);

        // A loaded MarkPoisoned step still knows its rows, but does not mark them.
        CollectionAssert.AreEqual(mark.PoisonedRows.ToArray(), ((MarkPoisonedTransformer)steps[0]).PoisonedRows.ToArray());
        Assert.IsTrue(steps[0].Transform(view).Values<bool>("Poisoned").All(poisoned => !poisoned));
        steps[0] = mark;
        EstimatorInvariants.CheckNearlyEqual(Expected(version, "steps"), Describe(new TransformerChain<ITransformer>(steps).Transform(view)));
    }

    [TestMethod]
    [DataRow("0.2")]
    public void Attacks_give_the_same_results_as_before(string version)
    {
        ITransformer[] steps = [.. (TransformerChain<ITransformer>)Load(version, "attacks")];
        var view = GrayImages.View(Ml, 6);
        CollectionAssert.AreEqual(Expected(version, "attacks"), Describe(Load(version, "attacks").Transform(view)));

        Assert.AreEqual<Trigger>(Trigger.Square(3, TriggerPosition.TopRight, gray: 9), ((StampTriggerTransformer)steps[0]).Trigger);
        Assert.AreEqual<Trigger>(Trigger.BlendNoise(7, 0.25), ((StampTriggerTransformer)steps[1]).Trigger);
        Assert.AreEqual("blended 4×4 picture, α 0.2", ((StampTriggerTransformer)steps[2]).Trigger.ToString());
        LabelMapping[] mappings = [LabelMapping.To(1), LabelMapping.Next, LabelMapping.Of((0, 2), (1, 0))];
        CollectionAssert.AreEqual(mappings, steps[3..6].Select(step => ((FlipLabelTransformer)step).Mapping).ToArray());
        CollectionAssert.AreEqual(mappings, steps[6..9].Select(step => ((MarkAttackSuccessTransformer)step).Mapping).ToArray());
    }

    [TestMethod]
    [DataRow("0.2")]
    public void Subtle_triggers_give_the_same_pixels_as_before(string version)
    {
        ITransformer[] steps = [.. (TransformerChain<ITransformer>)Load(version, "subtle")];
        var view = GrayImages.View(Ml, 6);
        CollectionAssert.AreEqual(Expected(version, "subtle"), Describe(Load(version, "subtle").Transform(view)));

        Trigger[] triggers =
        [
            Trigger.Warp(7, 1.5, 3),
            Trigger.Warp(7).WithNoise(8),
            Trigger.Quantize(6),
            Trigger.Quantize(4, dithering: true),
            Trigger.Residual(Trigger.Quantize(5), view, count: 3, seed: 9),
            Trigger.BlendNoise(7, 0.25).WithHiddenPieces(3, 0.4, seed: 10),
        ];
        CollectionAssert.AreEqual(triggers, Array.ConvertAll(steps, step => ((StampTriggerTransformer)step).Trigger));
    }

    [TestMethod]
    [DataRow("0.2")]
    public void Patterns_give_the_same_results_as_before(string version)
    {
        Trigger[] triggers = [.. ((TransformerChain<ITransformer>)Load(version, "patterns")).Select(step => ((StampTriggerTransformer)step).Trigger)];
        CollectionAssert.AreEqual(Expected(version, "patterns"), Describe(Load(version, "patterns").Transform(GrayImages.View(Ml, 6))));

        Assert.AreEqual(Trigger.PixelPattern(gray: 250), triggers[0]);
        Assert.AreEqual("5×5 trigger, at (3, 2), opacity 0.75", triggers[1].ToString());
        Assert.AreEqual("blended 3×4 picture, α 0.5", triggers[2].ToString());
        Assert.AreEqual(Trigger.Sinusoid(30, 3), triggers[3]);
    }

    private static ITransformer Load(string version, string name)
    {
        using var file = typeof(EarlierModelTests).Assembly.GetManifestResourceStream($"model-{version}-{name}.zip")!;
        return Ml.Model.Load(file, out _);
    }

    private static string[] Expected(string version, string name) => Golden.Text($"model-{version}-{name}.txt").TrimEnd().Split('\n');

    private static string[] Describe(IDataView view) => EstimatorInvariants.Describe(Ml.Transforms.DropColumns("Image").Fit(view).Transform(view));
}
