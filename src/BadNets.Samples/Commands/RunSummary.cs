using System.Globalization;
using BadNets.Samples.Datasets;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting;
using BadNets.Samples.Running;
using BadNets.Samples.Store;

namespace BadNets.Samples.Commands;

/// <summary>What a training command says at its end: what came out, where the report is, and what to try next.</summary>
sealed class RunSummary
{
    private readonly RunRequest _request;
    private readonly ResultsFolder _results;
    private readonly PanelRun? _best;

    /// <param name="request">What was to be trained.</param>
    /// <param name="results">Where the results are.</param>
    /// <param name="cells">The results.</param>
    public RunSummary(RunRequest request, ResultsFolder results, IReadOnlyList<StoredCell> cells)
    {
        _request = request;
        _results = results;
        PanelRun[] runs = [.. cells.Select(stored => PanelReader.RunOf(null, stored, []))];
        _best = AnswerSentence.BestOf(runs);
        var worst = AnswerSentence.WorstOf(runs);
        Cell[] own = [.. cells.Select(stored => stored.Cell)];
        var labels = new CellLabels(own, ValueName.Of(request.Experiments, own));
        string Sentence(PanelRun run) => AnswerSentence.Of(run, runs.FirstOrDefault(other => IsControlOf(other.Cell, run.Cell)));
        Answers = _best is null || worst is null ? []
            : _best == worst ? [Sentence(_best)]
            : [$"Most successful ({labels.Of(_best.Cell)}): {Sentence(_best)}", $"Least successful ({labels.Of(worst.Cell)}): {Sentence(worst)}"];
    }

    /// <summary>The results in sentences; none if no attack was trained to its end.</summary>
    public IReadOnlyList<string> Answers { get; }

    /// <summary>Commands to paste.</summary>
    public IEnumerable<string> Next()
    {
        if (_best is null)
            yield break;
        string model = _results.Of(_best.Cell).Model;
        yield return Invocation.Of(["try", "--model", model, .. DataArguments()]);
        yield return _request.Experiments is [{ Name: "baseline" }]
            ? Invocation.Of(["poisoning-rate", "--quick", .. DataArguments(), .. Argument("--rows", _request.Data.Rows?.ToString(CultureInfo.InvariantCulture)), .. OutputArguments()])
            : Invocation.Of(["evaluate", "--model", model, .. DataArguments(), .. OutputArguments()]);
    }

    /// <summary>Writes it all for people.</summary>
    public void Print(TextWriter output, int width)
    {
        foreach (string line in Answers.SelectMany(sentence => HelpPages.Wrap(ControlCharacters.Show(sentence), width)))
            output.WriteLine(line);
        output.WriteLine();
        output.WriteLine($"Report: {ControlCharacters.Show(_results.Report)}");
        string[] next = [.. Next()];
        if (next.Length == 0)
            return;
        output.WriteLine("Try next:");
        foreach (string command in next)
            output.WriteLine($"  {command}");
    }

    private static bool IsControlOf(Cell control, Cell cell) =>
        control.Attack.IsNone && control.Dataset == cell.Dataset && control.Recipe == cell.Recipe && control.Seed == cell.Seed;

    private string[] DataArguments() =>
    [
        .. Argument("--dataset", _request.Data.Dataset == DatasetCatalog.Default ? null : _request.Data.Dataset),
        .. Argument("--data", _request.Data.Directory),
        .. Argument("--image-size", _request.Data.ImageSize?.ToString(CultureInfo.InvariantCulture)),
    ];

    private string[] OutputArguments() => Argument("--output", _request.Output == CommonOptions.DefaultOutput ? null : _request.Output);

    private static string[] Argument(string name, string? value) => value is null ? [] : [name, value];
}
