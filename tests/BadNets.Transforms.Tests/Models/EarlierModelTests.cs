namespace BadNets.Transforms.Tests;

/// <summary>
/// Model files that released versions wrote stay readable: Resources/ keeps some of each, with what they made of <see cref="GreyImages"/>
/// then. A release adds its own; none is ever made anew.
/// </summary>
[TestClass]
public sealed class EarlierModelTests
{
    private static readonly MLContext Ml = new(seed: 0);

    [TestMethod]
    [DataRow("0.1", "steps")]
    [DataRow("0.1", "badnets")]
    public void Model_gives_what_it_gave(string version, string name)
    {
        using var file = typeof(EarlierModelTests).Assembly.GetManifestResourceStream($"model-{version}-{name}.zip")!;

        var model = Ml.Model.Load(file, out _);

        EstimatorInvariants.CheckNearlyEqual(Golden.Text($"model-{version}-{name}.txt").TrimEnd().Split('\n'), Describe(model));
    }

    private static string[] Describe(ITransformer model)
    {
        var view = model.Transform(GreyImages.View(Ml, 40));
        return EstimatorInvariants.Describe(Ml.Transforms.DropColumns("Image").Fit(view).Transform(view));
    }
}
