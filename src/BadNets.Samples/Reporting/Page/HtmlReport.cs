using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>The results as a single self-contained page.</summary>
sealed class HtmlReport(IReadOnlyList<Study> studies, IReadOnlyDictionary<Panel, ReportFigure[]> figures, IReadOnlyList<PanelRun> others)
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
            <p>These experiments plant a backdoor in an image classifier: some training images get a trigger, and the label that the attack aims at.
            <strong>TCA</strong> is the accuracy on clean test images. <strong>ASR</strong> is the share of triggered test images that get
            the label that the attack aims at, among those that have another label; <strong>ASR, all rows</strong> counts all triggered test images, as the
            published runs do, and is therefore above 0 even without a backdoor.</p>

            """);
        if (studies.Count == 0 && others.Count == 0)
            _page.AppendLine("<p>There are no results yet.</p>");
        foreach (var study in studies)
            Add(study);
        if (others.Count > 0)
        {
            _page.AppendLine("<section>\n<h2>Other cells</h2>\n<p>These cells do not belong to any experiment in the folder.</p>");
            new SummaryTable("Cell", others.Select(run => (run, run.Cell.Id)), withExperiments: false).AddTo(_page);
            AddSheets(others);
            _page.AppendLine("</section>");
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
        _page.AppendLine("<h3>Summary</h3>");
        var rows = study.Panels.SelectMany(panel => panel.Points.SelectMany(point => point.Runs.Select(run => (run, point.Label))).Concat(panel.Controls.Select(run => (run, "clean control"))));
        new SummaryTable("Varied", rows, withExperiments: true).AddTo(_page);
        foreach (var panel in study.Panels)
            Add(panel);
        AddSheets(study.Cells);
        _page.AppendLine("</section>");
    }

    private void AddSettings(Study study)
    {
        var cells = study.Cells;
        var machines = cells.Select(run => run.Stored.Machine).OfType<Store.Machine>().ToArray();
        _page.AppendLine("<dl>");
        AddSetting("Data", cells.Select(run => run.Cell.Dataset).Select(data => Text($"{data.Name}, {data.TrainRows} training and {data.TestRows} test images")));
        AddSetting("Attack", study.Panels.Select(panel => $"{panel.Experiment.Name}: {AttackIn(panel)}"));
        AddSetting("Recipe", [study.RecipeText]);
        foreach (var (name, value) in study.Others)
            AddSetting($"{name[..1].ToUpperInvariant()}{name[1..]}", [Describe(CellLeaf.Of(value, name))]);
        AddSetting("Seeds", [string.Join(", ", cells.Select(run => run.Cell.Seed).Distinct().Order().Select(seed => Text($"{seed}")))]);
        AddSetting("Threads", [string.Join(", ", cells.SelectMany(run => run.Epochs).Select(epoch => epoch.Threads).Distinct().Order().Select(threads => Text($"{threads}")))]);
        AddSetting("Machine", machines.Select(machine => Text($"{machine.Processor}, {machine.Cores} cores, {machine.System}")));
        AddSetting("Versions", machines.Select(machine => $"{machine.Library}, {machine.MlNet}, {machine.Torch}, {machine.Runtime}"));
        _page.AppendLine("</dl>");
    }

    private void AddSetting(string name, IEnumerable<string> values)
    {
        string[] distinct = [.. values.Distinct().Where(value => value.Length > 0)];
        if (distinct.Length > 0)
            _page.AppendLine($"<dt>{Escape(name)}</dt><dd>{string.Join("<br/>", distinct.Select(Escape))}</dd>");
    }

    private void AddFindings(Study study)
    {
        _page.AppendLine("<h3>What the data shows</h3>\n<ul class=\"findings\">");
        foreach (var finding in StudyFindings.Of(study))
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

    // The parts of the attack that do not vary, and then what does.
    private static string AttackIn(Panel panel)
    {
        var attack = panel.Points[0].Runs[0].Cell.Attack;
        (string Path, string Label)[] parts = [("attack.trigger", attack.Trigger.ToLabel()), ("attack.mapping", attack.Mapping.ToLabel())];
        List<string> texts = [];
        foreach (var (path, label) in parts)
            texts.Add(panel.Varies(path) ? Describe(CellLeaf.Of(CellProperty.At(path).In(panel.Constant), path)) : label);
        texts.Add(Describe(CellLeaf.Of(CellProperty.At("attack").In(panel.Constant), "attack").Where(leaf => !parts.Any(part => leaf.Property.Path.StartsWith(part.Path, StringComparison.Ordinal)))));
        string constant = string.Join(", ", texts.Where(text => text.Length > 0));
        return panel.Axes.Count == 0 ? constant : $"{constant}; varied: {string.Join(" and ", panel.Axes.Select(axis => axis.Name))}";
    }

    private static string Describe(IEnumerable<CellLeaf> leaves) => string.Join(", ", leaves.Where(leaf => leaf.Value is not null).OrderByDescending(leaf => leaf.IsKind).Select(leaf => leaf.Label));

    private void AddSheets(IEnumerable<PanelRun> runs)
    {
        var sheets = runs.Select(run => (run.Cell, Sheet: InlinePng.TryRead(run.Stored.SheetPath))).Where(each => each.Sheet is not null).ToArray();
        if (sheets.Length == 0)
            return;
        _page.AppendLine("<h3>Images</h3>\n<details>\n<summary>How each model classifies clean, triggered, and misclassified test images</summary>");
        foreach (var (cell, sheet) in sheets)
            _page.AppendLine($"<figure class=\"sheet\"><img loading=\"lazy\" {sheet!.Attributes} alt=\"Images as {Escape(cell.Id)} sees them\"><figcaption>{Escape(cell.Id)}</figcaption></figure>");
        _page.AppendLine("</details>");
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    // Control characters are not allowed in HTML.
    private static string Escape(string text) => WebUtility.HtmlEncode(ControlCharacters.Show(text));
}
