using BadNets.Samples.Files;
using BadNets.Samples.Store;

namespace BadNets.Samples.Reporting;

/// <summary>Creates the summary, the figures, and the HTML page from the results in a folder, finished or not, even while other processes add to it.</summary>
static class ResultReport
{
    /// <param name="folder">The folder.</param>
    /// <param name="onDamaged">Receives a sentence for each damaged file, whose content is then left out. Null: the first one is an exception.</param>
    /// <returns>The rows of the summary, one for each cell of each experiment, and one for each cell that belongs to no experiment.</returns>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static IReadOnlyList<SummaryRow> Write(ResultsFolder folder, Action<string>? onDamaged = null)
    {
        var results = Results.Read(folder, onDamaged);
        var panels = PanelReader.PanelsOf(results);
        var planned = panels.SelectMany(panel => panel.Runs).Select(run => run.Cell).ToHashSet();
        PanelRun[] others =
        [
            .. results.Cells.Values.Where(stored => !planned.Contains(stored.Cell)).OrderBy(stored => stored.Cell.Id, StringComparer.Ordinal)
                .Select(stored => PanelReader.RunOf(null, stored, [])),
        ];
        SummaryRow[] summary =
        [
            .. panels.SelectMany(panel => panel.Runs).Select(SummaryRow.Of).DistinctBy(row => (row.Experiment, row.Cell))
                .OrderBy(row => row.Experiment, StringComparer.Ordinal).ThenBy(row => row.RunName, StringComparer.Ordinal),
            .. others.Select(SummaryRow.Of),
        ];
        CsvTable.Write(folder.Summary, summary);
        WriteComparison(folder, [.. panels.SelectMany(panel => panel.Runs).Concat(others).DistinctBy(run => run.Cell).SelectMany(ComparisonRow.Of)]);

        (Study Study, StudyFigures Figures)[] studies = [.. Study.Of(panels).Select(study => (study, StudyFigures.Of(study)))];
        SideBySide.ForEach([.. studies.SelectMany(study => study.Figures.All)], figure => figure.Write(folder.FigurePath(figure.Chart.Name, "svg"), folder.FigurePath(figure.Chart.Name, "png")));
        AtomicFile.WriteText(folder.Report, new HtmlReport(studies, others).Make());
        return summary;
    }

    private static void WriteComparison(ResultsFolder folder, ComparisonRow[] rows)
    {
        if (rows.Length > 0)
            CsvTable.Write(folder.Comparison, rows);
        else
            File.Delete(folder.Comparison);
    }
}
