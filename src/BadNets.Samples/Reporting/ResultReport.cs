using BadNets.Samples.Reporting.Drawing;
using BadNets.Samples.Reporting.Figures;
using BadNets.Samples.Running;

namespace BadNets.Samples.Reporting;

/// <summary>Makes summary, figures and the HTML page from the results in a folder, finished or not.</summary>
static class ResultReport
{
    /// <returns>The number of runs there are results of.</returns>
    public static int Write(OutputFolder folder)
    {
        var traces = RunTrace.ReadAll(folder);
        CsvTable.Write(folder.Summary, traces.Select(SummaryRow.Of));
        var studies = Study.Of(traces);
        var figures = studies
            .SelectMany(study => study.Panels.Select(panel => (study, panel)))
            .ToDictionary(pair => pair.panel, pair => PanelFigures.Of(pair.study, pair.panel).ToArray());
        foreach (var figure in figures.Values.SelectMany(figures => figures))
            FigureFile.Write(folder, figure.Name, PlotStyle.Width, PlotStyle.Height, figure.Draw);
        AtomicFile.WriteText(folder.Report, new HtmlReport(folder, studies, figures).Make());
        return traces.Count;
    }
}
