using OxyPlot;

namespace BadNets.Samples.Reporting.Figures;

/// <summary>A figure: its files' name, what it shows in a sentence, and how it is drawn.</summary>
sealed record Figure(string Name, string Description, PlotModel Model)
{
    public void Draw(IRenderContext context)
    {
        ((IPlotModel)Model).Update(updateData: true);
        ((IPlotModel)Model).Render(context, new OxyRect(0, 0, PlotStyle.Width, PlotStyle.Height));
    }
}
