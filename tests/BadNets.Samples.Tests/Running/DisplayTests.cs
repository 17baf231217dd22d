using System.Text.RegularExpressions;
using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using BadNets.Samples.Store;
using BadNets.Transforms;
using Spectre.Console;
using LiveDisplay = BadNets.Samples.Running.LiveDisplay;

namespace BadNets.Samples.Tests.Running;

[TestClass]
public sealed class DisplayTests
{
    private static readonly Cell[] Cells =
        [.. Enumerable.Range(1, 2).Select(size => SampleRuns.CellOf(size: size, epochs: 10))];

    // The writers are not disposed of: the thread that draws progress may end a moment later than what it shows.
    [TestMethod]
    public void In_a_file_each_epoch_is_a_line()
    {
        var output = new StringWriter();

        var remaining = Watch(remaining => Tell(new PlainDisplay(output, new CellLabels(Cells), remaining)));

        string[] lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(3, lines);
        Assert.AreEqual("1px: continuing after epoch 8 of 10", lines[0]);
        StringAssert.StartsWith(lines[1], "1px: epoch 9/10 loss 1.5000 TCA 0.9800 ASR 0.1000 5.5 s, ");
        Assert.AreEqual("2px: failed: No room.", lines[2]);
        Assert.AreEqual(1, remaining.EpochsToDo);
        Assert.AreEqual(1, remaining.EpochsDone);
    }

    [TestMethod]
    public void In_a_terminal_what_ends_is_a_line()
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 80;

        var remaining = Watch(remaining => LiveDisplay.Show(console, new CellLabels(Cells), remaining, display =>
        {
            Tell(display);
            return true;
        }));

        StringAssert.Contains(output.ToString(), "1px                done: TCA 0.9800 ASR 0.1000");
        StringAssert.Contains(output.ToString(), "2px                failed: No room.");
        Assert.AreEqual(1, remaining.EpochsToDo);
        Assert.AreEqual(1, remaining.EpochsDone);
    }

    [TestMethod]
    [DataRow(80)]
    [DataRow(79)]
    [DataRow(60)]
    [DataRow(40)]
    [DataRow(20)]
    [DataRow(8)]
    public void Long_messages_and_markup_fit_into_any_terminal(int width)
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(output) });
        (console.Profile.Width, console.Profile.Height) = (width, 24);

        Watch(remaining => LiveDisplay.Show(console, new CellLabels(Cells), remaining, display =>
        {
            Tell(display, new IOException("[red]No[/] [room] " + string.Concat(Enumerable.Repeat("for_this_long_word ", 50)) + new string('x', 500) + "\nend[/]"));
            return true;
        }));

        string text = Regex.Replace(output.ToString(), @"\e\[[0-9;?]*[A-Za-z]", "");
        foreach (string line in text.Split('\n', '\r'))
            Assert.IsLessThanOrEqualTo(width, line.Length, line);
        StringAssert.Contains(Regex.Replace(text, @"\s+", ""), "failed:[red]No[/][room]for_this");
        Assert.IsLessThan(20, Regex.Count(text, "for_this"));
    }

    [TestMethod]
    public void Markup_in_labels_is_text()
    {
        Cell[] cells = [.. new[] { "[x]", "[/]" }.Select(target => new Cell(Cells[0].Dataset, Cells[0].Attack with { Mapping = new ToPlan(target) }, Cells[0].Recipe, 0))];
        var labels = new CellLabels(cells);
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 200;

        LiveDisplay.Show(console, labels, new RemainingTime(cells.Select(cell => KeyValuePair.Create(cell, 10)), 2, new ManualTime()), display =>
        {
            foreach (var cell in cells)
            {
                display.Started(cell, 0);
                display.Failed(cell, new IOException("[y]"));
                display.Skipped(cell);
            }

            return true;
        });
        ResultTable.Print(console, [.. cells.Select(cell => new StoredCell(cell, null, [], null, "failure.txt", default))], labels,
            new SweepOutcome([new CellFailure(cells[0], new IOException("[z]"), null)], [cells[1]]));

        foreach (string text in new[] { "[x]", "[/]", "[y]", "[z]" })
            StringAssert.Contains(output.ToString(), text);
    }

    [TestMethod]
    public void Of_a_cell_that_another_process_trains_nothing_is_left_to_do()
    {
        var output = new StringWriter();

        var remaining = Watch(remaining => new PlainDisplay(output, new CellLabels(Cells), remaining).Skipped(Cells[1]));

        StringAssert.Contains(output.ToString(), "2px: another process is training it");
        Assert.AreEqual(2, remaining.EpochsToDo);
    }

    // The first cell has 2 epochs to do, of which one is done here; the second fails in its first.
    private static RemainingTime Watch(Action<RemainingTime> watch)
    {
        var remaining = new RemainingTime([KeyValuePair.Create(Cells[0], 2), KeyValuePair.Create(Cells[1], 10)], 2, new ManualTime());
        watch(remaining);
        return remaining;
    }

    private static void Tell(IRunDisplay display, Exception? failure = null)
    {
        display.Started(Cells[0], 8);
        display.Started(Cells[1], 0);
        display.Stepped(Cells[0], new TorchCnnProgress(8, 5, 10, 0.01));
        display.Stepped(Cells[1], new TorchCnnProgress(0, 2, 10, 0.01));
        display.EpochFinished(Cells[0], new EpochRow
        {
            Epoch = 8, TrainLoss = 1.5, CleanAccuracy = 0.98, CleanLoss = 1.5, AttackSuccess = 0.1, AttackSuccessAllRows = 0.1, AttackLoss = 1.5, TrainSeconds = 5, EvaluationSeconds = 0.5, Threads = 1,
        });
        display.Failed(Cells[1], failure ?? new IOException("No room."));
        display.Finished(Cells[0]);
    }
}
