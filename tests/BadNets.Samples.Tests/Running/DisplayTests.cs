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
        Assert.AreEqual("1 px: continuing after epoch 8 of 10", lines[0]);
        StringAssert.StartsWith(lines[1], "1 px: epoch 9/10, loss 1.5000, TCA 98.00%, ASR 10.00%, 5.5 s, ");
        Assert.AreEqual("2 px: failed: No room.", lines[2]);
        Assert.AreEqual(1, remaining.EpochsToDo);
        Assert.AreEqual(1, remaining.EpochsDone);
    }

    [TestMethod]
    public void In_a_terminal_each_run_is_a_line()
    {
        string[] lines = Draw(80, 24, Cells, (display, _) =>
        {
            display.Started(Cells[0], 0, null);
            display.Stepped(Cells[0], new TorchCnnProgress(0, 5, 10, 0.01));
        });

        Assert.AreEqual("                                                   epoch     TCA     ASR    left", lines[0]);
        StringAssert.Matches(lines[1], new("^1 px ━━─+   5%  0/10                    0:00$"));
        Assert.AreEqual("2 px waiting", lines[2]);
        StringAssert.Matches(lines[3], new("^all  ━*─+   4%  0/12                    0:00$"));
        Assert.AreEqual(80, lines[1].Length);
    }

    [TestMethod]
    public void A_run_that_continues_shows_what_it_had_reached()
    {
        string[] lines = Draw(80, 24, Cells, (display, time) =>
        {
            display.Started(Cells[0], 8, Epoch(7, accuracy: 0.9797, success: 0.9994));
            time.Advance(TimeSpan.FromSeconds(30));
            display.Stepped(Cells[0], new TorchCnnProgress(8, 5, 10, 0.01));
        });

        // Half an epoch took 30 s, and one and a half are left.
        StringAssert.EndsWith(lines[1], " 85%  8/10  97.97%  99.94%    1:30");
    }

    [TestMethod]
    public void What_ends_says_how()
    {
        string[] lines = Draw(80, 24, Cells, (display, _) => Tell(display, new IOException("No room. " + new string('x', 100))));

        StringAssert.Matches(lines[1], new("^1 px ━+─+  90%  9/10  98.00%  10.00%    done$"));
        StringAssert.StartsWith(lines[2], "2 px failed: No room. xxx");
        Assert.AreEqual(80, lines[2].Length);
        StringAssert.EndsWith(lines[2], "…");
    }

    [TestMethod]
    [DataRow(80, 24)]
    [DataRow(79, 24)]
    [DataRow(80, 10)]
    [DataRow(60, 24)]
    [DataRow(40, 12)]
    [DataRow(20, 5)]
    [DataRow(8, 3)]
    public void Fourteen_runs_fit_into_any_terminal(int width, int height)
    {
        Cell[] cells = [.. Enumerable.Range(1, 14).Select(size => SampleRuns.CellOf(size: size, rate: 0.01 * size, epochs: 100))];
        var output = new StringWriter();
        var console = MakeTerminal(output, width, height);
        var remaining = new RemainingTime(cells.Select(cell => KeyValuePair.Create(cell, 100)), 2, new ManualTime());
        var board = new RunBoard(cells, new CellLabels(cells), remaining, () => height);
        var display = new LiveDisplay(board, remaining);
        var screen = new TerminalScreen(width, height);

        console.Live(board).Start(context =>
        {
            foreach (var cell in cells)
            {
                display.Started(cell, 0, null);
                display.Stepped(cell, new TorchCnnProgress(0, 5, 10, 0.01));
                context.Refresh();
                display.EpochFinished(cell, Epoch(0, accuracy: 1, success: 1));
                if (cell == cells[3])
                    display.Failed(cell, new IOException("[red]No[/] room.\n" + new string('y', 300)));
                else
                    display.Finished(cell);
                context.Refresh();
            }
        });
        screen.Feed(output.ToString());

        Assert.AreEqual(0, screen.Scrolled);
        Assert.AreEqual(0, screen.Wrapped);
        StringAssert.StartsWith(screen.Lines[Math.Min(14, height - 4) + (height < 17 ? 2 : 1)], "all");
    }

    [TestMethod]
    public void Runs_for_which_there_is_no_room_are_counted()
    {
        Cell[] cells = [.. Enumerable.Range(1, 14).Select(size => SampleRuns.CellOf(size: size, epochs: 10))];

        string[] lines = Draw(80, 10, cells, (display, _) =>
        {
            for (int i = 0; i < 6; i++)
                display.Started(cells[i], 0, null);
            for (int i = 0; i < 5; i++)
                display.Finished(cells[i]);
        });

        Assert.HasCount(9, lines);
        StringAssert.StartsWith(lines[1], "6 px  ─");
        Assert.AreEqual("7 px  waiting", lines[2]);
        Assert.AreEqual("5 more done, 3 more waiting", lines[7]);
    }

    [TestMethod]
    public void Nothing_is_left_of_the_lines_when_all_has_ended()
    {
        var output = new StringWriter();
        var console = MakeTerminal(output, 80, 24);

        var remaining = Watch(remaining => LiveDisplay.Show(console, Cells, new CellLabels(Cells), remaining, display =>
        {
            Tell(display);
            return true;
        }));

        var screen = new TerminalScreen(80, 24);
        screen.Feed(output.ToString());
        Assert.IsEmpty(string.Concat(screen.Lines));
        StringAssert.Contains(output.ToString(), "No room.");
        Assert.AreEqual(1, remaining.EpochsToDo);
        Assert.AreEqual(1, remaining.EpochsDone);
    }

    [TestMethod]
    public void Markup_in_labels_is_text()
    {
        Cell[] cells = [.. new[] { "[x]", "[/]" }.Select(target => new Cell(Cells[0].Dataset, Cells[0].Attack with { Mapping = new ToPlan(target) }, Cells[0].Recipe, 0))];
        var labels = new CellLabels(cells);
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 200;

        var board = new RunBoard(cells, labels, new RemainingTime(cells.Select(cell => KeyValuePair.Create(cell, 10)), 2, new ManualTime()), () => 24);
        board.Change(cells[0], line => line with { State = RunState.Failed, Message = "[y]" });
        console.Write(board);
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

        StringAssert.Contains(output.ToString(), "2 px: another process is training it");
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
        display.Started(Cells[0], 8, Epoch(7, accuracy: 0.5, success: 0.5));
        display.Started(Cells[1], 0, null);
        display.Stepped(Cells[0], new TorchCnnProgress(8, 5, 10, 0.01));
        display.Stepped(Cells[1], new TorchCnnProgress(0, 2, 10, 0.01));
        display.EpochFinished(Cells[0], Epoch(8, accuracy: 0.98, success: 0.1));
        display.Failed(Cells[1], failure ?? new IOException("No room."));
        display.Finished(Cells[0]);
    }

    private static EpochRow Epoch(int epoch, double accuracy, double success) => new()
    {
        Epoch = epoch, TrainLoss = 1.5, CleanAccuracy = accuracy, CleanLoss = 1.5, AttackSuccess = success, AttackSuccessAllRows = success, AttackLoss = 1.5, TrainSeconds = 5, EvaluationSeconds = 0.5, Threads = 1,
    };

    // The lines as they are after an action, without the blank ones below.
    private static string[] Draw(int width, int height, Cell[] cells, Action<LiveDisplay, ManualTime> act)
    {
        var output = new StringWriter();
        var time = new ManualTime();
        var remaining = new RemainingTime(cells.Select(cell => KeyValuePair.Create(cell, cell == Cells[0] ? 2 : 10)), 2, time);
        var board = new RunBoard(cells, new CellLabels(cells), remaining, () => height);
        act(new LiveDisplay(board, remaining), time);
        MakeTerminal(output, width, height).Write(board);
        var screen = new TerminalScreen(width, height);
        screen.Feed(output.ToString());
        Assert.AreEqual(0, screen.Wrapped);
        return [.. screen.Lines.TakeWhile(line => line.Length > 0)];
    }

    private static IAnsiConsole MakeTerminal(TextWriter output, int width, int height)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(output) });
        (console.Profile.Width, console.Profile.Height, console.Profile.Capabilities.Unicode) = (width, height, true);
        return console;
    }
}
