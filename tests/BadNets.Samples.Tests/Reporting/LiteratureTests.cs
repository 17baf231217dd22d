using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting;
using BadNets.Transforms;

namespace BadNets.Samples.Tests.Reporting;

[TestClass]
public sealed class LiteratureTests
{
    private static readonly Recipe ResNet = new("modern", "resnet20", TorchCnnOptimizer.Sgd, 0.1, TorchCnnHead.Logits, 128, 15);

    [TestMethod]
    public void Published_numbers_are_found_by_attack_and_data_set_and_say_what_differs()
    {
        var (row, differs) = Literature.Find(CellOf("CIFAR10-JPEG-01234567", new BlendPlan())).Single();

        Assert.AreEqual(("BackdoorBench", 0.935, 0.999, 0.001), (row.Source, row.CleanAccuracy, row.AttackSuccess, row.RobustAccuracy));
        StringAssert.Contains(differs, "data: CIFAR-10 there, CIFAR10-JPEG-01234567 here");
        StringAssert.Contains(differs, "network: PreActResNet-18 there, ResNet-20 here");
        StringAssert.Contains(differs, "training: 100 epochs there, 15 epochs here");
    }

    [TestMethod]
    [DataRow(1.0, 0.983)]
    [DataRow(0.5, 0.971)]
    public void A_clean_label_rate_is_compared_with_the_same_share_of_the_targets_images(double rate, double published)
    {
        var (row, _) = Literature.Find(CellOf(rate, RateBasis.SelectedRows)).Single();

        Assert.AreEqual(published, row.AttackSuccess);
        Assert.IsEmpty(Literature.Find(CellOf(rate / 10, RateBasis.SelectedRows)));
        Assert.IsEmpty(Literature.Find(CellOf(rate, null)));

        static Cell CellOf(double rate, RateBasis? basis) => new(
            new DatasetIdentity("CIFAR10-01234567", 50_000, 10_000),
            new Attack(new SinusoidPlan(), new ToPlan("1"), rate, Selection.Target, RateBasis: basis), ResNet, 0);
    }

    [TestMethod]
    [DataRow(0.2, "")]
    [DataRow(0.1, "cover rows: 20% there, 10% here")]
    [DataRow(null, "cover rows: 20% there, none here")]
    public void Other_cover_rows_are_a_difference(double? coverRate, string expected)
    {
        var attack = new Attack(new WarpPlan(), new ToPlan("1"), 0.1, CoverRate: coverRate);
        var cell = new Cell(new DatasetIdentity("CIFAR10-01234567", 50_000, 10_000), attack, ResNet, 0);

        string differs = Literature.Find(cell).First().Differs;

        if (expected.Length > 0)
            StringAssert.Contains(differs, expected);
        else
            Assert.DoesNotContain("cover rows", differs);
    }

    [TestMethod]
    [DataRow("MNISTERY", 0.1)]
    [DataRow("Digits", 0.1)]
    [DataRow("CIFAR10-01234567", 0.2)]
    [DataRow("CIFAR10-01234567", 0.0)]
    public void Other_data_sets_rates_and_clean_runs_have_no_published_numbers(string dataset, double rate) =>
        Assert.IsEmpty(Literature.Find(CellOf(dataset, new BlendPlan(), rate)));

    [TestMethod]
    public void The_page_and_a_table_put_runs_beside_published_numbers()
    {
        using var results = new FakeResults();
        results.Train(CellOf("GTSRB32-01234567", new SquarePlan(3, TriggerPosition.BottomRight), epochs: 2), [0.9, 0.97]);

        var summary = ResultReport.Write(results.Folder);

        Assert.HasCount(1, summary);
        string[] lines = File.ReadAllLines(results.In("comparison.csv"));
        Assert.HasCount(2, lines);
        StringAssert.Contains(lines[1], "0.97,0.592");
        StringAssert.Contains(lines[1], "BackdoorBench");
    }

    private static Cell CellOf(string dataset, TriggerPlan trigger, double rate = 0.1, int epochs = 15) =>
        new(new DatasetIdentity(dataset, 50_000, 10_000), new Attack(trigger, new ToPlan("1"), rate), ResNet with { Epochs = epochs }, 0);
}
