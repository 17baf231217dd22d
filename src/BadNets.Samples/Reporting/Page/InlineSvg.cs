using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using BadNets.Samples.Drawing;
using OxyPlot;

namespace BadNets.Samples.Reporting;

/// <summary>Figures as part of a page, in its width and colors.</summary>
static partial class InlineSvg
{
    /// <param name="figure">The figure.</param>
    /// <param name="prefix">The start of its IDs, which must be unique on the page.</param>
    public static string Of(ReportFigure figure, string prefix)
    {
        string svg = figure.MakeSvg();
        // The content of the document's outermost element.
        int start = svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1, end = svg.LastIndexOf("</svg>", StringComparison.Ordinal);
        string content = svg[start..end]
            .Replace("id=\"clipPath", $"id=\"{prefix}-", StringComparison.Ordinal)
            .Replace("url(#clipPath", $"url(#{prefix}-", StringComparison.Ordinal)
            .Replace(Css(PlotStyle.Ink), "currentColor", StringComparison.Ordinal)
            .Replace(Css(PlotStyle.Grid), "var(--line)", StringComparison.Ordinal)
            .Replace(Css(PlotStyle.Paper), "var(--paper)", StringComparison.Ordinal);
        for (int i = 0; i < PlotStyle.ColorCount; i++)
            content = content.Replace(Css(PlotStyle.Color(i)), $"var(--s{i})", StringComparison.Ordinal);
        // A tenth of a point cannot be seen.
        content = LongNumber().Replace(content, match => Math.Round(double.Parse(match.Value, CultureInfo.InvariantCulture), 1).ToString(CultureInfo.InvariantCulture));
        return FormattableString.Invariant(
            $"<svg viewBox=\"0 0 {figure.Chart.Width} {figure.Chart.Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(figure.Chart.Title)}\">{content}</svg>");
    }

    public static string Css(OxyColor color) => FormattableString.Invariant($"rgb({color.R},{color.G},{color.B})");

    [GeneratedRegex(@"(?<=[ ,""(:])-?[0-9]+\.[0-9]{2,}(?=[ ,"")])")]
    private static partial Regex LongNumber();
}
