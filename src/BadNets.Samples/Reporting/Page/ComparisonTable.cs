using System.Text;

namespace BadNets.Samples.Reporting;

/// <summary>The table of runs next to the published numbers.</summary>
static class ComparisonTable
{
    public static void AddTo(StringBuilder page, PageRuns runs, IEnumerable<PanelRun> rows)
    {
        const string Caption = "Percentages after the last epoch; a difference is this run minus the published one, in percentage points.";
        string[] columns = ["Training run", "TCA", "Published TCA", "Difference of TCA", "ASR (all rows)", "Published ASR (all rows)", "Difference of ASR (all rows)"];
        var table = new StringBuilder();
        table.AppendLine($"<table class=\"compared\"><caption>{Caption}</caption>\n<thead><tr>{string.Concat(columns.Select(column => $"<th scope=\"col\">{column}</th>"))}</tr></thead>\n<tbody>");
        foreach (var run in rows)
        {
            var (ours, theirs) = (run.Last!, PublishedResults.Find(run.Cell)!);
            double accuracy = ours.CleanAccuracy - theirs.CleanAccuracy, success = ours.AttackSuccessAllRows - theirs.AttackSuccessAllRows;
            (string Text, double Key)[] cells =
            [
                (Percent.Of(ours.CleanAccuracy), ours.CleanAccuracy), (Percent.Of(theirs.CleanAccuracy), theirs.CleanAccuracy), (Percent.Difference(accuracy), accuracy),
                (Percent.Of(ours.AttackSuccessAllRows), ours.AttackSuccessAllRows), (Percent.Of(theirs.AttackSuccessAllRows), theirs.AttackSuccessAllRows), (Percent.Difference(success), success),
            ];
            table.Append(FormattableString.Invariant($"<tr data-runs=\"{runs.NumberOf(run)}\"><th scope=\"row\">{Html.Escape(runs.Labels[runs.NumberOf(run)])}</th>"));
            for (int i = 0; i < cells.Length; i++)
                table.Append(FormattableString.Invariant($"<td data-label=\"{columns[i + 1]}\" data-key=\"{cells[i].Key}\">{cells[i].Text}</td>"));
            table.AppendLine("</tr>");
        }

        table.Append("</tbody></table>");
        page.AppendLine(Html.Scrolling("Comparison with the published numbers", table.ToString()));
    }
}
