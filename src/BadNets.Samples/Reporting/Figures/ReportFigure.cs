using BadNets.Samples.Drawing;
using OxyPlot;

namespace BadNets.Samples.Reporting;

/// <summary>A chart drawn for a file.</summary>
sealed class ReportFigure(Chart chart, PlotModel model)
{
    private string? _svg;

    public Chart Chart => chart;

    public static ReportFigure Of(Chart chart) => new(chart, chart switch
    {
        SeriesChart series => SeriesFigure.Draw(series),
        DotChart dots => DotFigure.Draw(dots),
        MapChart map => MapFigure.Draw(map),
        _ => throw new InvalidOperationException($"Nothing draws charts of the kind {chart.GetType().Name}."),
    });

    public void Write(string svgPath, string pngPath) => FigureFile.Write(svgPath, MakeSvg(), pngPath, chart.Width, chart.Height, Draw);

    // The file and the page have the same drawing.
    public string MakeSvg() => _svg ??= FigureFile.MakeSvg(chart.Width, chart.Height, Draw);

    private void Draw(IRenderContext context)
    {
        ((IPlotModel)model).Update(updateData: true);
        ((IPlotModel)model).Render(context, new OxyRect(0, 0, chart.Width, chart.Height));
    }
}
