using System.Text;

namespace BadNets.Samples.Reporting;

/// <summary>The table of runs beside published numbers for the same attacks.</summary>
static class LiteratureTable
{
    public static void AddTo(StringBuilder page, PageRuns runs, IEnumerable<PanelRun> all)
    {
        (PanelRun Run, ComparisonRow Row)[] rows = [.. all.SelectMany(run => ComparisonRow.Of(run).Select(row => (run, row)))];
        if (rows.Length == 0)
            return;
        bool countsAllRows = rows.Any(each => each.Row.PublishedAttackSuccessAllRows is not null);
        page.AppendLine("<h3>Beside published numbers</h3>");
        page.AppendLine("<p>These are published numbers for the same attacks on the same data sets, not for the same training runs. The last column says what differs; the more it says, the less a difference between the numbers means.</p>");
        (string Name, Func<ComparisonRow, double?> Of, Func<ComparisonRow, double?> Published)[] measures =
        [
            ("TCA", row => row.CleanAccuracy, row => row.PublishedCleanAccuracy),
            ("ASR", row => row.AttackSuccess, row => row.PublishedAttackSuccess),
            .. countsAllRows ? [("ASR (all rows)", row => row.AttackSuccessAllRows, row => row.PublishedAttackSuccessAllRows)] : Array.Empty<(string, Func<ComparisonRow, double?>, Func<ComparisonRow, double?>)>(),
            ("Robust accuracy", row => row.RobustAccuracy, row => row.PublishedRobustAccuracy),
        ];
        var table = new StringBuilder();
        string head = string.Concat(measures.Select(measure => $"<th scope=\"col\">{measure.Name}</th><th scope=\"col\">Published</th>"));
        table.AppendLine("<table class=\"compared\"><caption>After the last epoch. Robust accuracy is the share of triggered images that the model still reads correctly.</caption>\n"
            + $"<thead><tr><th scope=\"col\">Training run</th>{head}<th scope=\"col\" class=\"text\">Source</th><th scope=\"col\" class=\"text\">What differs</th></tr></thead>\n<tbody>");
        foreach (var (run, row) in rows)
        {
            int number = runs.NumberOf(run);
            table.Append(FormattableString.Invariant($"<tr data-runs=\"{number}\"><th scope=\"row\">{Html.Escape(runs.Labels[number])}</th>"));
            foreach (var (name, of, published) in measures)
                table.Append(Cell(name, of(row))).Append(Cell($"Published {name}", published(row)));
            table.AppendLine($"<td class=\"text\" data-label=\"Source\">{Html.Escape(row.Source)}</td><td class=\"text\" data-label=\"What differs\">{Html.Escape(row.Differs.Length > 0 ? row.Differs : "nothing known")}</td></tr>");
        }

        table.Append("</tbody></table>");
        page.AppendLine(Html.Scrolling("Published numbers for the same attacks", table.ToString()));
    }

    private static string Cell(string label, double? value) =>
        FormattableString.Invariant($"<td data-label=\"{Html.Escape(label)}\" data-key=\"{value ?? -1}\">{(value is { } share ? Percent.Of(share) : "")}</td>");
}
