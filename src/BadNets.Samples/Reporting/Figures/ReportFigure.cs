using BadNets.Samples.Drawing;
using OxyPlot;

namespace BadNets.Samples.Reporting;

/// <summary>A chart drawn for a file.</summary>
sealed record ReportFigure(Chart Chart, PlotModel Model)
{
    public static ReportFigure Of(Chart chart) => new(chart, chart switch
    {
        SeriesChart series => SeriesFigure.Draw(series),
        DotChart dots => DotFigure.Draw(dots),
        MapChart map => MapFigure.Draw(map),
        _ => throw new InvalidOperationException($"Nothing draws charts of the kind {chart.GetType().Name}."),
    });

    public void Write(string svgPath, string pngPath) => FigureFile.Write(svgPath, pngPath, Chart.Width, Chart.Height, Draw);

    public string MakeSvg() => FigureFile.MakeSvg(Chart.Width, Chart.Height, Draw);

    private void Draw(IRenderContext context)
    {
        ((IPlotModel)Model).Update(updateData: true);
        ((IPlotModel)Model).Render(context, new OxyRect(0, 0, Chart.Width, Chart.Height));
    }
}
