using BadNets.Samples.Reporting.Drawing;
using BadNets.Samples.Reporting.Figures;
using BadNets.Samples.Running;

namespace BadNets.Samples.Reporting;

/// <summary>Makes summary, figures and the HTML page from the results in a folder, finished or not.</summary>
static class ResultReport
{
    /// <returns>The rows of the summary, one for each run.</returns>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static IReadOnlyList<SummaryRow> Write(OutputFolder folder)
    {
        var traces = RunTrace.ReadAll(folder);
        SummaryRow[] unknown = [.. folder.CsvPaths.Select(path => Path.GetFileNameWithoutExtension(path)).Except(traces.Select(trace => trace.Name)).Select(SummaryRow.OfUnknown)];
        SummaryRow[] summary = [.. traces.Select(SummaryRow.Of), .. unknown];
        CsvTable.Write(folder.Summary, summary);
        var studies = Study.Of(traces);
        var figures = studies
            .SelectMany(study => study.Panels.Select(panel => (study, panel)))
            .ToDictionary(pair => pair.panel, pair => PanelFigures.Of(pair.study, pair.panel).ToArray());
        foreach (var figure in figures.Values.SelectMany(figures => figures))
            FigureFile.Write(folder, figure.Name, PlotStyle.Width, PlotStyle.Height, figure.Draw);
        AtomicFile.WriteText(folder.Report, new HtmlReport(folder, studies, figures, unknown).Make());
        return summary;
    }
}
