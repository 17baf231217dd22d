namespace BadNets.Transforms.Tests;

/// <summary>
/// Model files that released versions wrote stay readable: Resources/ keeps some of each, with what they made of <see cref="GrayImages"/>
/// then. A release adds its own; none is ever made anew.
/// </summary>
[TestClass]
public sealed class EarlierModelTests
{
    private static readonly MLContext Ml = new(seed: 0);

    [TestMethod]
    [DataRow("0.1", "badnets")]
    public void Model_gives_what_it_gave(string version, string name) =>
        EstimatorInvariants.CheckNearlyEqual(Expected(version, name), Describe(Load(version, name).Transform(GrayImages.View(Ml, 40))));

    [TestMethod]
    [DataRow("0.1")]
    public void Steps_give_what_they_gave_where_rows_are_marked(string version)
    {
        ITransformer[] steps = [.. (TransformerChain<ITransformer>)Load(version, "steps")];
        var view = GrayImages.View(Ml, 40);
        var mark = Ml.Transforms.MarkPoisoned("Poisoned", 0.2).Fit(view);

        // A mark that is loaded still knows its rows, but marks none.
        CollectionAssert.AreEqual(mark.PoisonedRows.ToArray(), ((MarkPoisonedTransformer)steps[0]).PoisonedRows.ToArray());
        Assert.IsTrue(steps[0].Transform(view).Values<bool>("Poisoned").All(poisoned => !poisoned));
        steps[0] = mark;
        EstimatorInvariants.CheckNearlyEqual(Expected(version, "steps"), Describe(new TransformerChain<ITransformer>(steps).Transform(view)));
    }

    [TestMethod]
    [DataRow("0.2")]
    public void Attacks_give_what_they_gave(string version)
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

    private static ITransformer Load(string version, string name)
    {
        using var file = typeof(EarlierModelTests).Assembly.GetManifestResourceStream($"model-{version}-{name}.zip")!;
        return Ml.Model.Load(file, out _);
    }

    private static string[] Expected(string version, string name) => Golden.Text($"model-{version}-{name}.txt").TrimEnd().Split('\n');

    private static string[] Describe(IDataView view) => EstimatorInvariants.Describe(Ml.Transforms.DropColumns("Image").Fit(view).Transform(view));
}
