using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using BadNets.Transforms;

namespace BadNets.Samples.Tests.Running;

[TestClass]
public sealed class RemainingTimeTests
{
    private readonly ManualTime _time = new();

    private static readonly Cell[] Cells =
        [.. Enumerable.Range(1, 3).Select(size => SampleRuns.CellOf(size: size, epochs: 10))];

    [TestMethod]
    public void Nothing_is_said_before_there_is_a_pace()
    {
        var remaining = Remaining(parallel: 1, 10);
        remaining.Started(Cells[0]);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.AreEqual("-:--", remaining.ToString());
    }

    [TestMethod]
    public void Parts_of_epochs_count()
    {
        var remaining = Remaining(parallel: 1, 10);
        remaining.Started(Cells[0]);
        _time.Advance(TimeSpan.FromSeconds(3));
        remaining.Stepped(Cells[0], new TorchCnnProgress(0, 5, 10, 0.01));

        Assert.AreEqual(0.5, remaining.EpochsDone);
        Assert.AreEqual("0:57", remaining.ToString());
    }

    [TestMethod]
    public void A_last_cell_alone_takes_as_long_as_beside_others()
    {
        // Two at a time, six seconds an epoch each: the third begins when the others are done.
        var remaining = Remaining(parallel: 2, 10, 10, 10);
        remaining.Started(Cells[0]);
        remaining.Started(Cells[1]);
        Epoch(remaining, Cells[0], Cells[1]);

        Assert.AreEqual("1:54", remaining.ToString());
        for (int epoch = 1; epoch < 10; epoch++)
            Epoch(remaining, Cells[0], Cells[1]);
        remaining.Ended(Cells[0]);
        remaining.Ended(Cells[1]);
        remaining.Started(Cells[2]);
        Epoch(remaining, Cells[2]);

        Assert.AreEqual("0:54", remaining.ToString());
    }

    [TestMethod]
    public void Cells_that_were_left_half_done_need_only_the_rest()
    {
        var remaining = Remaining(parallel: 1, 2, 10);
        remaining.Started(Cells[0]);
        Epoch(remaining, Cells[0]);

        Assert.AreEqual(12, remaining.EpochsToDo);
        Assert.AreEqual("1:06", remaining.ToString());
    }

    [TestMethod]
    public void Of_a_cell_that_fails_the_epochs_are_taken_out_that_were_not_done_yet()
    {
        var remaining = Remaining(parallel: 1, 6, 10);
        remaining.Started(Cells[0]);
        Epoch(remaining, Cells[0]);
        Epoch(remaining, Cells[0]);
        remaining.Ended(Cells[0]);

        Assert.AreEqual(2, remaining.EpochsDone);
        Assert.AreEqual(12, remaining.EpochsToDo);
        Assert.AreEqual("1:00", remaining.ToString());
    }

    [TestMethod]
    public void Hours_are_written_as_hours()
    {
        var remaining = Remaining(parallel: 1, 1000);
        remaining.Started(Cells[0]);
        Epoch(remaining, Cells[0]);

        Assert.AreEqual("1:39:54", remaining.ToString());
    }

    private RemainingTime Remaining(int parallel, params int[] epochs) => new(Cells.Zip(epochs, KeyValuePair.Create), parallel, _time);

    private void Epoch(RemainingTime remaining, params Cell[] cells)
    {
        _time.Advance(TimeSpan.FromSeconds(6));
        foreach (var cell in cells)
            remaining.EpochFinished(cell);
    }
}
