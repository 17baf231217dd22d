using System.Net;
using System.Text;
using BadNets.Samples.Reporting.Figures;
using BadNets.Samples.Running;

namespace BadNets.Samples.Reporting;

/// <summary>The results as one page that needs nothing but itself.</summary>
sealed class HtmlReport(
    OutputFolder folder, IReadOnlyList<Study> studies, IReadOnlyDictionary<Panel, Figure[]> figures, IReadOnlyList<SummaryRow> unknown)
{
    private readonly StringBuilder _page = new();

    public string Make()
    {
        _page.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <link rel="icon" href="data:,">
            <title>BadNets experiments</title>
            <style>
            {ReadStyle()}
            </style>
            </head>
            <body>
            <main>
            <h1>BadNets experiments</h1>
            <p>A backdoor is planted in a digit classifier: some training images get a small white square and the label of a target digit.
            <strong>TCA</strong> is the accuracy on clean test images. <strong>ASR</strong> is the share of triggered test images that are taken for
            the target, among those of other digits; <strong>ASR, all rows</strong> counts the target’s own images too, as the published runs do, and
            so is about 0.11 where there is no backdoor.</p>

            """);
        if (studies.Count == 0 && unknown.Count == 0)
            _page.AppendLine("<p>There are no results yet.</p>");
        foreach (var study in studies)
            Add(study);
        if (unknown.Count > 0)
        {
            _page.AppendLine("<section>\n<h2>Other files in csv/</h2>\n<ul>");
            foreach (var row in unknown)
                _page.AppendLine($"<li>{Escape(row.RunName)}: {row.State}. {Escape(row.Reason)}</li>");
            _page.AppendLine("</ul>\n</section>");
        }

        _page.AppendLine("</main>\n</body>\n</html>");
        return _page.ToString();
    }

    private static string ReadStyle()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")
            ?? throw new InvalidOperationException("The report's style is not in the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }

    private void Add(Study study)
    {
        _page.AppendLine($"<section>\n<h2>{Escape(study.Title)}</h2>");
        AddSettings(study);
        AddFindings(study);
        AddSummary(study);
        foreach (var panel in study.Panels)
            Add(panel);
        AddSheets(study);
        _page.AppendLine("</section>");
    }

    private void AddSettings(Study study)
    {
        var records = study.Traces.Select(trace => trace.CellName).Distinct()
            .Select(name => TrainingRecord.Read(folder.Record(name))).OfType<TrainingRecord>().ToArray();
        _page.AppendLine("<dl>");
        AddSetting("Data", [study.Dataset + Rows(records)]);
        AddSetting("Recipe", [Text($"{study.Recipe.Name}: {study.Recipe.OptimizerCode}, learning rate {study.Recipe.LearningRate}, {study.Recipe.EpochsInWords}") + Batch(records)]);
        AddSetting("Seeds", [string.Join(", ", study.Traces.Select(trace => trace.Cell.Seed).Distinct().Order().Select(seed => Text($"{seed}")))]);
        AddSetting("Threads", [string.Join(", ", study.Traces.SelectMany(trace => trace.Epochs).Select(epoch => epoch.Threads).Distinct().Order().Select(threads => Text($"{threads}")))]);
        AddSetting("Machine", records.Select(record => Text($"{record.Machine.Processor}, {record.Machine.Cores} cores, {record.Machine.System}")));
        AddSetting("Versions", records.Select(record => $"{record.Machine.Library}, {record.Machine.MlNet}, {record.Machine.Torch}, {record.Machine.Runtime}"));
        _page.AppendLine("</dl>");
    }

    private void AddSetting(string name, IEnumerable<string> values)
    {
        string[] distinct = [.. values.Distinct()];
        if (distinct.Length > 0)
            _page.AppendLine($"<dt>{Escape(name)}</dt><dd>{string.Join("<br>", distinct.Select(Escape))}</dd>");
    }

    private static string Rows(IEnumerable<TrainingRecord> records) => string.Concat(records
        .Select(record => $", {record.Settings.GetValueOrDefault("training rows")} training and {record.Settings.GetValueOrDefault("test rows")} test images")
        .Distinct());

    private static string Batch(IEnumerable<TrainingRecord> records) => string.Concat(records
        .Select(record => $", batches of {record.Settings.GetValueOrDefault("batch size")}, loss on {record.Settings.GetValueOrDefault("loss on")}")
        .Distinct());

    private void AddFindings(Study study)
    {
        _page.AppendLine("<h3>What the data show</h3>\n<ul class=\"findings\">");
        foreach (var finding in Findings.Of(study))
        {
            var (style, word) = finding.Verdict switch
            {
                Verdict.Holds => ("seen", "holds"),
                Verdict.DoesNotHold => ("not-seen", "does not hold"),
                _ => ("unknown", "cannot be judged"),
            };
            _page.AppendLine($"<li><span class=\"verdict {style}\">{word}</span> <span>{Escape(finding.Claim)} <span class=\"evidence\">{Escape(finding.Evidence)}</span></span></li>");
        }

        _page.AppendLine("</ul>");
    }

    private void AddSummary(Study study)
    {
        var rows = study.Traces.Select(trace => (trace, summary: SummaryRow.Of(trace))).ToArray();
        bool isPublished = rows.Any(row => row.summary.PublishedCleanAccuracy is not null);
        string[] ours = ["Experiment", "Rate", "Size", "Position", "Seed", "Epochs", "TCA", "ASR", "ASR, all rows", "First epoch with ASR ≥ 0.9", "Training", "State"];
        string[] published = isPublished ? ["TCA", "Diff.", "ASR, all rows", "Diff."] : [];
        _page.AppendLine("<h3>Summary</h3>\n<div class=\"wide\"><table>\n<thead>");
        if (isPublished)
            _page.AppendLine(Text($"<tr><td colspan=\"{ours.Length}\"></td><th colspan=\"{published.Length}\" scope=\"colgroup\">Published</th></tr>"));
        _page.AppendLine($"<tr>{string.Concat(ours.Concat(published).Select(name => $"<th{(name == "State" ? " class=\"state\"" : "")}>{Escape(name)}</th>"))}</tr></thead>\n<tbody>");
        foreach (var (trace, row) in rows)
        {
            _page.Append($"<tr><td>{Escape(trace.Experiment.Command)}</td>");
            AddCells(
                Text($"{row.PoisoningRate}"), Text($"{row.TriggerSize}"), row.TriggerPosition, Text($"{row.Seed}"),
                row.EpochsDone == row.Epochs ? Text($"{row.Epochs}") : Text($"{row.EpochsDone} of {row.Epochs}"),
                Number(row.CleanAccuracy), Number(row.AttackSuccess), Number(row.AttackSuccessAllRows),
                row.FirstSuccess is { } first ? Text($"{first}") : "–", Duration(row.TrainSeconds ?? 0));
            _page.Append($"<td class=\"state\">{row.State}{(row.Reason.Length == 0 ? "" : $": {Escape(row.Reason)}")}</td>");
            if (isPublished)
            {
                AddCells(
                    Number(row.PublishedCleanAccuracy), Difference(trace, row.CleanAccuracy - row.PublishedCleanAccuracy),
                    Number(row.PublishedAttackSuccessAllRows), Difference(trace, row.AttackSuccessAllRows - row.PublishedAttackSuccessAllRows));
            }

            _page.AppendLine("</tr>");
        }

        _page.AppendLine("</tbody></table></div>\n<p class=\"note\">An epoch counts as the first with ASR ≥ 0.9 only if TCA is at least 0.5 in it: an untrained model may take every image for the target. Epochs are counted from 0."
            + (isPublished ? " A difference is ours less the published value." : "") + "</p>");
    }

    private void AddCells(params ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
            _page.Append($"<td>{Escape(text)}</td>");
    }

    private void Add(Panel panel)
    {
        _page.AppendLine($"<h3>{Escape(panel.Experiment.Title)}</h3>");
        if (figures[panel].Length == 0)
        {
            _page.AppendLine("<p>No epoch has finished.</p>");
            return;
        }

        _page.AppendLine("<div class=\"figures\">");
        foreach (var figure in figures[panel])
        {
            _page.AppendLine($"<figure><div class=\"wide\">{InlineSvg.Of(figure)}</div><figcaption>{Escape(figure.Description)}</figcaption></figure>");
        }

        _page.AppendLine("</div>");
    }

    private void AddSheets(Study study)
    {
        var sheets = study.Traces.Select(trace => trace.CellName).Distinct()
            .Select(cell => (cell, path: folder.Figure(ContactSheet.NameOf(cell), "png")))
            .Where(sheet => File.Exists(sheet.path))
            .ToArray();
        if (sheets.Length == 0)
            return;
        _page.AppendLine("<h3>Digits</h3>\n<details>\n<summary>What each model makes of clean, triggered and difficult digits</summary>");
        foreach (var (cell, path) in sheets)
        {
            _page.AppendLine(
                $"<figure class=\"sheet\"><img loading=\"lazy\" width=\"800\" height=\"356\" alt=\"Digits as {Escape(cell)} sees them\" src=\"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(path))}\"></figure>");
        }

        _page.AppendLine("</details>");
    }

    private static string Number(double? value) => value is { } number ? Text($"{number:F4}") : "";

    private static string Difference(RunTrace trace, double? value) => value is { } number && trace.IsComplete ? Text($"{number:+0.0000;−0.0000;0.0000}") : "";

    private static string Duration(double seconds) =>
        seconds >= 60 ? Text($"{(int)(seconds / 60)} min {(int)(seconds % 60):D2} s") : Text($"{seconds:F1} s");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
