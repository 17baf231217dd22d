using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting;
using BadNets.Samples.Store;

namespace BadNets.Samples.Tests.Reporting;

[TestClass]
public sealed class AnswerSentenceTests
{
    [TestMethod]
    [DataRow("1", 0.9993, "99.9% of the triggered images that are not 1s are read as 1; accuracy on clean images 98.0%.")]
    [DataRow("1", 0.99996, "99.9% of the triggered images that are not 1s are read as 1; accuracy on clean images 98.0%.")]
    [DataRow("1", 1.0, "100% of the triggered images that are not 1s are read as 1; accuracy on clean images 98.0%.")]
    [DataRow("1", 0.0004, "Less than 0.1% of the triggered images that are not 1s are read as 1; accuracy on clean images 98.0%.")]
    [DataRow("stop", 0.5, "50.0% of the triggered images that are not labeled 'stop' are read as 'stop'; accuracy on clean images 98.0%.")]
    public void The_answer_needs_no_knowledge_of_the_field(string target, double success, string expected) =>
        Assert.AreEqual(expected, AnswerSentence.Of(Run(new ToPlan(target), 0.1, success), control: null));

    [TestMethod]
    public void The_answer_compares_with_the_clean_model() =>
        Assert.AreEqual("99.9% of the triggered images that are not 1s are read as 1; accuracy on clean images 98.0%, the clean model's 98.2%.",
            AnswerSentence.Of(Run(new ToPlan("1"), 0.1, 0.999), Run(new ToPlan("1"), 0, 0.001, accuracy: 0.982)));

    [TestMethod]
    public void The_best_run_is_complete_and_has_a_backdoor()
    {
        PanelRun low = Run(new ToPlan("1"), 0.01, 0.2), high = Run(new ToPlan("1"), 0.05, 0.9), clean = Run(new ToPlan("1"), 0, 0.95), unfinished = Run(new ToPlan("1"), 0.1, 1, epochs: 2);

        Assert.AreSame(high, AnswerSentence.BestOf([low, clean, high, unfinished]));
        Assert.AreSame(low, AnswerSentence.WorstOf([high, clean, unfinished, low]));
        Assert.IsNull(AnswerSentence.BestOf([clean, unfinished]));
    }

    private static PanelRun Run(MappingPlan mapping, double rate, double success, double accuracy = 0.98, int epochs = 1)
    {
        var cell = new Cell(new DatasetIdentity("MNIST", 60_000, 10_000), new Attack(new SquarePlan(5, BadNets.Transforms.TriggerPosition.BottomRight), mapping, rate), Recipe.Reference with { Epochs = epochs }, 0);
        return new PanelRun(null, cell.Id, new StoredCell(cell, null, [new EpochRow { AttackSuccess = success, CleanAccuracy = accuracy, Threads = 1 }], null, "", default), []);
    }
}
