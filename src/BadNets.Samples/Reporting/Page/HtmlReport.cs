using System.Text;

namespace BadNets.Samples.Reporting;

/// <summary>The results as a single self-contained page.</summary>
sealed class HtmlReport(IReadOnlyList<(Study Study, StudyFigures Figures)> studies, IReadOnlyList<PanelRun> others)
{
    private readonly StringBuilder _page = new();

    public string Make()
    {
        var runs = new PageRuns();
        foreach (var (study, _) in studies)
            runs.Add(study.Cells, study.Labels);
        runs.Add(others, new RunLabels(others));
        var charts = new PageCharts(runs);
        var images = new ImageRows(runs);
        var (overview, section) = (new Overview(runs, charts), new StudySection(runs, charts, images));

        _page.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
            <link rel="icon" href="data:,">
            <title>BadNets report</title>
            <style>
            {Html.Resource("report.css")}
            </style>
            </head>
            <body>
            <main>
            <h1>BadNets report</h1>

            """);
        if (studies.Count == 0 && others.Count == 0)
            _page.AppendLine("<p>There are no results yet.</p>");
        for (int i = 0; i < studies.Count; i++)
        {
            var (study, figures) = studies[i];
            _page.AppendLine($"<section>\n<h2>{Html.Escape(study.Title)}</h2>");
            StudySection.AddLinksTo(_page, i + 1);
            overview.AddTo(_page, study, figures.Overview);
            section.AddTo(_page, study, figures, i + 1);
            _page.AppendLine("</section>");
        }

        if (others.Count > 0)
        {
            _page.AppendLine("<section>\n<h2>Other training runs</h2>\n<p>These runs do not belong to any experiment in the folder.</p>");
            new RunTable(runs).AddTo(_page, "Other training runs", others, _ => "");
            LiteratureTable.AddTo(_page, runs, others);
            images.AddTo(_page, others);
            _page.AppendLine("</section>");
        }

        _page.AppendLine("</main>");
        if (studies.Count > 0)
        {
            _page.AppendLine($"<script id=\"data\" type=\"application/json\">{charts.ToJson()}</script>");
            _page.AppendLine($"<script>{Html.Resource("plot.js")}</script>");
        }

        _page.AppendLine($"<script>\n{Html.Resource("report.js")}\n</script>\n</body>\n</html>");
        return _page.ToString();
    }
}
