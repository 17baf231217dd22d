using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using BadNets.Transforms;

namespace BadNets.Samples.Tests.Running;

[TestClass]
public sealed class PlainDisplayTests
{
    private static readonly Cell Cell = new(
        "MNIST", 60000, 10000, new(0.1, 5, TriggerPosition.BottomRight), Recipe.Reference with { Epochs = 10 }, 0);

    [TestMethod]
    public void Of_a_cell_that_fails_the_epochs_are_taken_out_that_were_not_done_yet()
    {
        // The cell has 4 of its 10 epochs from an earlier process; another cell has 10 to do.
        var remaining = new RemainingTime(16);
        var display = new PlainDisplay(TextWriter.Null, remaining);
        display.Started(Cell, 4);
        foreach (int epoch in new[] { 4, 5 })
            display.EpochFinished(Cell, new EpochResult(epoch, 1.5, 0.98, 1.5, 0.1, 1.5, 0.1, 5, 0.5, 1));

        display.Failed(Cell, 6, new IOException());

        Assert.AreEqual(6, remaining.EpochsDone);
    }
}
