using System.Text;
using BadNets.Samples.Drawing;
using BadNets.Samples.Files;
using BadNets.Samples.Reporting;

namespace BadNets.Samples.Previews;

/// <summary>Previews as a single self-contained page.</summary>
static class PreviewPage
{
    public static string Of(string dataset, IReadOnlyList<TriggerPreview> previews)
    {
        var page = new StringBuilder();
        page.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
            <link rel="icon" href="data:,">
            <title>Triggers on {Html.Escape(dataset)}</title>
            <style>
            {Html.Resource("preview.css")}
            </style>
            </head>
            <body>
            <main>
            <h1>Triggers on test images of {Html.Escape(dataset)}</h1>
            <p>No model was trained. Below each image is its label, and after an arrow the label that the attack gives it. A difference is gray where nothing changes, and lighter or darker where a pixel does.</p>

            """);
        if (previews.Count > 1)
            page.AppendLine($"<nav aria-label=\"Attacks\"><ul>{string.Concat(previews.Select((preview, index) => FormattableString.Invariant($"<li><a href=\"#attack-{index + 1}\">{Html.Escape(preview.Title)}</a></li>")))}</ul></nav>");
        for (int i = 0; i < previews.Count; i++)
            Add(page, previews[i], i + 1);
        page.AppendLine("</main>\n</body>\n</html>");
        return page.ToString();
    }

    private static void Add(StringBuilder page, TriggerPreview preview, int number)
    {
        var (width, height) = SmallImage.SizeOf(preview.Shape);
        page.AppendLine(FormattableString.Invariant($"<section id=\"attack-{number}\" style=\"--w:{width};--h:{height}\">\n<h2>{Html.Escape(preview.Title)}</h2>\n<p>{Html.Escape(preview.Description)}.</p>"));
        foreach (var row in preview.Rows)
        {
            string tiles = string.Concat(row.Images.Select((image, index) =>
            {
                byte[] content = SmallImage.Encode(image, preview.Shape);
                string label = row.Labels[index], description = label.Length == 0 ? row.Name : $"{row.Name}: {label}";
                return $"<li><img alt=\"{Html.Escape(description)}\" src=\"data:{ImageType.Of(content)};base64,{Convert.ToBase64String(content)}\">{(label.Length == 0 ? "" : $"<span aria-hidden=\"true\">{Html.Escape(label)}</span>")}</li>";
            }));
            page.AppendLine($"<div class=\"row\"><h3>{Html.Escape(row.Name)}</h3><ol>{tiles}</ol></div>");
        }

        page.AppendLine("</section>");
    }
}
