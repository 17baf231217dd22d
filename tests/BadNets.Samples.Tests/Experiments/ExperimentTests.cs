using BadNets.Samples.Experiments;
using BadNets.Transforms;

namespace BadNets.Samples.Tests.Experiments;

[TestClass]
public sealed class ExperimentTests
{
    [TestMethod]
    public void Runs_are_named_as_the_reference_names_them()
    {
        string[] names = [.. Experiment.All.SelectMany(experiment => experiment.Attacks.Select(attack => experiment.NameOf(Of(attack))))];

        CollectionAssert.AreEqual(
            new[]
            {
                "exp01_MNIST_trigger1_pr0p1_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p01_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p02_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p025_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p0275_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p03_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p05_ep100_ts5",
                "exp03_MNIST_trigger1_pr0p05_ep100_ts1",
                "exp03_MNIST_trigger1_pr0p05_ep100_ts3",
                "exp03_MNIST_trigger1_pr0p05_ep100_ts4",
                "exp03_MNIST_trigger1_pr0p05_ep100_ts5",
                "exp04_MNIST_posbr_pr0p05_ts5_ep100",
                "exp04_MNIST_posbl_pr0p05_ts5_ep100",
                "exp04_MNIST_postr_pr0p05_ts5_ep100",
                "exp04_MNIST_postl_pr0p05_ts5_ep100",
                "exp04_MNIST_poscenter_pr0p05_ts5_ep100",
            },
            names);
    }

    [TestMethod]
    public void Sixteen_runs_need_fourteen_trainings()
    {
        var runs = Experiment.All.SelectMany(experiment => experiment.Attacks.Select(attack => new Run(experiment, Of(attack)))).ToArray();

        var trainings = Training.Of(runs);

        Assert.HasCount(16, runs);
        Assert.HasCount(14, trainings);
        Assert.HasCount(3, trainings.Single(training => training.Cell.Attack == Experiment.PoisoningRate.Fixed).RunNames);
    }

    [TestMethod]
    public void Names_say_what_is_not_the_usual()
    {
        var attack = Experiment.Baseline.Fixed with { Position = TriggerPosition.Center, TargetLabel = 7 };
        var cell = Of(attack) with { Recipe = Recipe.Modern with { Epochs = 3 }, Seed = 2 };

        Assert.AreEqual("exp01_MNIST_trigger7_pr0p1_ep3_ts5_poscenter_modern_seed2", Experiment.Baseline.NameOf(cell));
        Assert.AreEqual("exp04_MNIST_poscenter_pr0p1_ts5_ep3_trigger7_modern_seed2", Experiment.Position.NameOf(cell));
    }

    [TestMethod]
    public void Cells_of_an_experiment_have_names_of_their_own()
    {
        var cells = Experiment.All.SelectMany(experiment => experiment.Attacks).Select(Of).Distinct().ToArray();

        Assert.HasCount(cells.Length, cells.Select(cell => cell.Name).Distinct().ToArray());
    }

    [TestMethod]
    [DataRow(0.0, "0p0")]
    [DataRow(0.1, "0p1")]
    [DataRow(0.0275, "0p0275")]
    [DataRow(1.0, "1p0")]
    public void Rates_in_names_are_written_as_Python_does(double rate, string expected) => Assert.AreEqual(expected, Cell.RateInNames(rate));

    private static Cell Of(Attack attack) => new("MNIST", 60000, 10000, attack, Recipe.Reference, Seed: 0);
}
