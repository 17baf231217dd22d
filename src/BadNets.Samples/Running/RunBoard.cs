using System.Globalization;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BadNets.Samples.Running;

/// <summary>A table of training runs that fits into the terminal: a line for each run, and one for all. Where not all fit, those that wait or have ended are counted.</summary>
sealed class RunBoard : IRenderable
{
    private const int ShortestBar = 8;
    private const int ShortestLabel = 6;
    private const int HeadAndFoot = 2;

    private static readonly Style Quiet = new(Color.Grey);
    private static readonly Style Busy = new(Color.Blue);
    private static readonly Style Success = new(Color.Green);
    private static readonly Style Failure = new(Color.Red);

    // In a narrow terminal, the last ones are left out.
    private readonly Column[] _columns;
    private readonly Lock _lock = new();
    private readonly OrderedDictionary<Cell, RunLine> _lines = [];
    private readonly RemainingTime _remaining;
    private readonly Func<int> _height;

    /// <param name="cells">The runs, in this order.</param>
    /// <param name="labels">What to call them.</param>
    /// <param name="remaining">The clock.</param>
    /// <param name="height">Reads the height of the terminal, which can change.</param>
    public RunBoard(IReadOnlyList<Cell> cells, CellLabels labels, RemainingTime remaining, Func<int> height)
    {
        foreach (var cell in cells)
            _lines[cell] = new RunLine(cell, ControlCharacters.Show(labels.Of(cell)));
        _remaining = remaining;
        _height = height;
        int epochs = cells.Max(cell => cell.Recipe.Epochs);
        string most = FormattableString.Invariant($"{epochs}/{epochs}"), all = FormattableString.Invariant($"{remaining.EpochsToDo}/{remaining.EpochsToDo}");
        _columns =
        [
            new("", 4, 0, line => Share(line.Epochs / line.Cell.Recipe.Epochs), () => Share(remaining.EpochsDone / Math.Max(1, remaining.EpochsToDo))),
            new("ASR", 7, 3, line => InPercent(line.Last?.AttackSuccess), () => ""),
            new("TCA", 7, 2, line => InPercent(line.Last?.CleanAccuracy), () => ""),
            new("left", 7, 4, line => line.State == RunState.Done ? "done" : remaining.TextOf(line.Cell), remaining.ToString),
            new("epoch", Math.Max(Math.Max(most.Length, all.Length), 5), 1,
                line => FormattableString.Invariant($"{Math.Floor(line.Epochs):F0}/{line.Cell.Recipe.Epochs}"),
                () => FormattableString.Invariant($"{Math.Floor(remaining.EpochsDone):F0}/{remaining.EpochsToDo}")),
        ];
    }

    public void Change(Cell cell, Func<RunLine, RunLine> change)
    {
        lock (_lock)
            _lines[cell] = change(_lines[cell]);
    }

    public Measurement Measure(RenderOptions options, int maxWidth) => new(maxWidth, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        RunLine[] lines;
        lock (_lock)
            lines = [.. _lines.Values];
        // The cursor is on the line below.
        var shown = Choose(lines, Math.Max(1, _height() - HeadAndFoot - 1));
        int longest = lines.Max(line => Width(line.Label));
        Column[] columns = [.. FitColumns(maxWidth, longest).OrderBy(column => column.Place)];
        int rest = Math.Max(0, maxWidth - columns.Sum(column => column.Width + 1) - 1);
        int label = Math.Min(longest, Math.Max(ShortestLabel, rest - ShortestBar)), bar = Math.Max(0, rest - label);

        List<Segment[]> rows = [[Cut("".PadRight(label + 1 + bar) + string.Concat(columns.Select(column => " " + column.Title.PadLeft(column.Width))), maxWidth, Quiet)]];
        rows.AddRange(shown.Select(line => RowOf(line, options, columns, label, bar, maxWidth).ToArray()));
        if (shown.Length < lines.Length)
            rows.Add([Cut(CountOthers(lines.Except(shown)), maxWidth, Quiet)]);
        double share = _remaining.EpochsDone / Math.Max(1, _remaining.EpochsToDo);
        rows.Add([.. Start("all", label, bar, share, Busy, options.Unicode), .. columns.Select(column => Right(column.OfAll(), column))]);
        return rows.TakeLast(Math.Max(1, _height() - 1)).SelectMany((row, index) => index == 0 ? Segment.Truncate(row, maxWidth) : [Segment.LineBreak, .. Segment.Truncate(row, maxWidth)]);
    }

    /// <summary>The lines for which there is room: those of running and failed runs first.</summary>
    private static RunLine[] Choose(RunLine[] lines, int room)
    {
        if (lines.Length <= room)
            return lines;
        var chosen = lines.OrderBy(line => line.State switch { RunState.Running => 0, RunState.Failed => 1, RunState.Waiting => 2, _ => 3 }).Take(room - 1).ToHashSet();
        return [.. lines.Where(chosen.Contains)];
    }

    private static string CountOthers(IEnumerable<RunLine> others) => string.Join(", ", others.CountBy(line => line.State).OrderByDescending(state => state.Key).Select(state =>
        FormattableString.Invariant($"{state.Value} more {(state.Key == RunState.Elsewhere ? "in another process" : state.Key.ToString().ToLowerInvariant())}")));

    private IEnumerable<Column> FitColumns(int width, int longestLabel)
    {
        int label = Math.Min(longestLabel, Math.Max(ShortestLabel, width / 4));
        int left = width - label - 1 - ShortestBar;
        return _columns.TakeWhile(column => (left -= column.Width + 1) >= 0);
    }

    private static IEnumerable<Segment> RowOf(RunLine line, RenderOptions options, Column[] columns, int label, int bar, int width) => line.State switch
    {
        RunState.Waiting or RunState.Elsewhere => [Cut($"{Fit(line.Label, label)} {(line.State == RunState.Waiting ? "waiting" : line.Message)}", width, Quiet)],
        RunState.Failed => [Cut($"{Fit(line.Label, label)} {line.Message}", width, Failure)],
        _ =>
        [
            .. Start(line.Label, label, bar, line.Epochs / line.Cell.Recipe.Epochs, line.State == RunState.Done ? Success : Busy, options.Unicode),
            .. columns.Select(column => Right(column.TextOf(line), column)),
        ],
    };

    private static IEnumerable<Segment> Start(string text, int label, int bar, double share, Style style, bool isUnicode)
    {
        int filled = (int)(Math.Clamp(share, 0, 1) * bar);
        yield return new Segment(Fit(text, label) + " ");
        yield return new Segment(new string(isUnicode ? '━' : '#', filled), style);
        yield return new Segment(new string(isUnicode ? '─' : '-', bar - filled), Quiet);
    }

    private static Segment Right(string text, Column column) => new(" " + text.PadLeft(column.Width));

    private static string InPercent(double? share) => share?.ToString("0.00%", CultureInfo.InvariantCulture) ?? "";

    private static string Share(double share) => FormattableString.Invariant($"{Math.Floor(Math.Clamp(share, 0, 1) * 100):F0}%");

    private static int Width(string text) => new Segment(text).CellCount();

    // Exactly this wide.
    private static string Fit(string text, int width)
    {
        string cut = Width(text) <= width ? text : Segment.Truncate(new Segment(text), Math.Max(0, width - 1))?.Text + "…";
        return cut + new string(' ', Math.Max(0, width - Width(cut)));
    }

    private static Segment Cut(string text, int width, Style style) => new(Width(text) <= width ? text : Fit(text, width), style);

    /// <param name="Title">What is above it.</param>
    /// <param name="Width">How wide it is.</param>
    /// <param name="Place">Where it is among the others.</param>
    /// <param name="TextOf">What it shows of a run.</param>
    /// <param name="OfAll">What it shows of all runs.</param>
    private sealed record Column(string Title, int Width, int Place, Func<RunLine, string> TextOf, Func<string> OfAll);
}
