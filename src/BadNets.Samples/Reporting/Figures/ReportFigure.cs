using BadNets.Samples.Drawing;
using OxyPlot;

namespace BadNets.Samples.Reporting;

/// <summary>A figure: the name of its files, a sentence that says what it shows, and how it is drawn.</summary>
sealed record ReportFigure(string Name, string Description, PlotModel Model)
{
    public double Width { get; init; } = PlotStyle.Width;

    public double Height { get; init; } = PlotStyle.Height;

    public void Draw(IRenderContext context)
    {
        ((IPlotModel)Model).Update(updateData: true);
        ((IPlotModel)Model).Render(context, new OxyRect(0, 0, Width, Height));
    }
}
