using System.Net;
using BadNets.Samples.Drawing;
using OxyPlot;

namespace BadNets.Samples.Reporting;

/// <summary>Figures as part of a page, in its width and colors.</summary>
static class InlineSvg
{
    public static string Of(ReportFigure figure)
    {
        string svg = FigureFile.MakeSvg(figure.Width, figure.Height, figure.Draw);
        // The content of the document's outermost element.
        int start = svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1, end = svg.LastIndexOf("</svg>", StringComparison.Ordinal);
        string content = svg[start..end]
            // IDs must be unique on the page.
            .Replace("id=\"clipPath", $"id=\"{figure.Name}-", StringComparison.Ordinal)
            .Replace("url(#clipPath", $"url(#{figure.Name}-", StringComparison.Ordinal)
            .Replace(Css(PlotStyle.Ink), "currentColor", StringComparison.Ordinal)
            .Replace(Css(PlotStyle.Grid), "var(--line)", StringComparison.Ordinal)
            .Replace(Css(PlotStyle.Paper), "var(--paper)", StringComparison.Ordinal);
        return FormattableString.Invariant(
            $"<svg viewBox=\"0 0 {figure.Width} {figure.Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(figure.Description)}\">{content}</svg>");
    }

    private static string Css(OxyColor color) => FormattableString.Invariant($"rgb({color.R},{color.G},{color.B})");
}
