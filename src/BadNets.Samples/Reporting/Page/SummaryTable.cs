using System.Net;
using System.Text;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Reporting;

/// <summary>The table of a study's runs.</summary>
/// <param name="what">The title of the column that distinguishes the runs of an experiment.</param>
/// <param name="rows">The runs, and what is in that column.</param>
/// <param name="withExperiments">Whether to show which experiment each run belongs to.</param>
sealed class SummaryTable(string what, IEnumerable<(PanelRun Run, string Text)> rows, bool withExperiments)
{
    private readonly (PanelRun Run, string Text, PublishedRow? Published)[] _rows = [.. rows.Select(row => (row.Run, row.Text, PublishedResults.Find(row.Run.Cell)))];

    public void AddTo(StringBuilder page)
    {
        bool isPublished = _rows.Any(row => row.Published is not null), isVaried = _rows.Any(row => row.Text.Length > 0);
        string[] texts = [.. withExperiments ? ["Experiment"] : Array.Empty<string>(), .. isVaried ? [what] : Array.Empty<string>()];
        string[] numbers = ["Seed", "Epochs", "TCA", "ASR", "ASR, all rows", "First epoch with ASR ≥ 0.9", "Training"];
        string[] published = isPublished ? ["TCA", "Diff.", "ASR, all rows", "Diff."] : [];
        page.AppendLine("<div class=\"wide\"><table>\n<thead>");
        if (isPublished)
            page.AppendLine(Text($"<tr><td colspan=\"{texts.Length + numbers.Length + 1}\"></td><th colspan=\"{published.Length}\" scope=\"colgroup\">Published</th></tr>"));
        page.AppendLine($"<tr>{string.Concat(texts.Select(name => Header("text", name)))}{string.Concat(numbers.Select(name => Header("", name)))}{Header("state", "State")}{string.Concat(published.Select(name => Header("", name)))}</tr></thead>\n<tbody>");
        foreach (var (run, text, theirs) in _rows)
        {
            var last = run.Last;
            page.Append("<tr>");
            if (withExperiments)
                page.Append(Cell("text", run.Experiment!.Name));
            if (isVaried)
                page.Append(Cell("text", text));
            string[] ours =
            [
                Text($"{run.Cell.Seed}"),
                run.IsComplete ? Text($"{run.Epochs.Count}") : Text($"{run.Epochs.Count} of {run.Cell.Recipe.Epochs}"),
                Number(last?.CleanAccuracy), Number(last?.AttackSuccess), Number(last?.AttackSuccessAllRows),
                run.FirstSuccess is { } first ? Text($"{first}") : "–",
                Duration(run.Epochs.Sum(epoch => epoch.TrainSeconds)),
            ];
            page.AppendJoin("", ours.Select(number => Cell("", number)));
            page.Append(Cell("state", run.Reason.Length == 0 ? run.State : $"{run.State}: {run.Reason}"));
            if (isPublished)
            {
                string[] compared =
                [
                    Number(theirs?.CleanAccuracy), Difference(run, last?.CleanAccuracy - theirs?.CleanAccuracy),
                    Number(theirs?.AttackSuccessAllRows), Difference(run, last?.AttackSuccessAllRows - theirs?.AttackSuccessAllRows),
                ];
                page.AppendJoin("", compared.Select(number => Cell("", number)));
            }

            page.AppendLine("</tr>");
        }

        page.AppendLine("</tbody></table></div>\n<p class=\"note\">An epoch counts as the first with ASR ≥ 0.9 only if its TCA is at least 0.5, because an untrained model may give every image the same label. Epochs are counted from 0."
            + (isPublished ? " A difference is ours minus the published value." : "") + "</p>");
    }

    private static string Header(string style, string text) => Element("th", style, text);

    private static string Cell(string style, string text) => Element("td", style, text);

    private static string Element(string name, string style, string text) =>
        $"<{name}{(style.Length == 0 ? "" : $" class=\"{style}\"")}>{WebUtility.HtmlEncode(ControlCharacters.Show(text))}</{name}>";

    private static string Number(double? value) => value is { } number ? Text($"{number:F4}") : "";

    private static string Difference(PanelRun run, double? value) => value is { } number && run.IsComplete ? Text($"{number:+0.0000;−0.0000;0.0000}") : "";

    private static string Duration(double seconds) =>
        seconds >= 60 ? Text($"{(int)(seconds / 60)} min {(int)(seconds % 60):D2} s") : Text($"{seconds:F1} s");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
