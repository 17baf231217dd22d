using System.Text;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;

namespace BadNets.Samples.Reporting;

/// <summary>Everything about a study, below its overview: findings, figures, runs, images, and how they were made.</summary>
sealed class StudySection(PageRuns runs, PageCharts charts, ImageRows images)
{
    /// <summary>Adds links to the parts of a study.</summary>
    /// <param name="page">The page.</param>
    /// <param name="number">The study's number, which makes the parts' IDs unique.</param>
    public static void AddLinksTo(StringBuilder page, int number)
    {
        (string Id, string Name)[] parts = [("findings", "Findings"), ("figures", "Figures"), ("runs", "All training runs"), ("recipe", "How it was made")];
        page.AppendLine($"<nav aria-label=\"Parts of the report\"><ul>{string.Concat(parts.Select(part => $"<li><a href=\"#{part.Id}-{number}\">{part.Name}</a></li>"))}</ul></nav>");
    }

    public void AddTo(StringBuilder page, Study study, StudyFigures figures, int number)
    {
        AddFindings(page, study, number);
        page.AppendLine($"<h3 id=\"figures-{number}\">Figures</h3>");
        foreach (var (panel, drawn) in figures.Panels)
        {
            page.AppendLine($"<h4>{Html.Escape(panel.Experiment.Title)}</h4>");
            AddFigures(page, drawn, "<p>No epoch has finished.</p>");
        }

        page.AppendLine($"<h3 id=\"runs-{number}\">All training runs</h3>");
        new RunTable(runs).AddTo(page, study.Title, study.Cells, run => string.Join(", ", study.PanelsOf(run).Select(panel => panel.Experiment.Name).Distinct()));
        page.AppendLine($"<p class=\"note\">{RunTable.Note}</p>");
        AddComparison(page, study, figures.Comparison);
        LiteratureTable.AddTo(page, runs, study.Cells);
        images.AddTo(page, [.. study.Controls, .. study.Cells.Except(study.Controls).Where(run => run.IsComplete).OrderByDescending(run => run.Last!.AttackSuccess)]);
        AddRecipe(page, study, number);
    }

    private static void AddFindings(StringBuilder page, Study study, int number)
    {
        page.AppendLine($"<h3 id=\"findings-{number}\">Findings</h3>\n<ul class=\"findings\">");
        foreach (var finding in StudyFindings.Of(study))
        {
            var (style, word) = finding.Verdict switch
            {
                Verdict.Holds => ("seen", "holds"),
                Verdict.DoesNotHold => ("not-seen", "does not hold"),
                _ => ("unknown", "cannot be judged"),
            };
            page.AppendLine($"<li><span class=\"verdict {style}\">{word}</span> <span>{Html.Escape(finding.Claim)} <span class=\"evidence\">{Html.Escape(finding.Evidence)}</span></span></li>");
        }

        page.AppendLine("</ul>");
    }

    private void AddFigures(StringBuilder page, IReadOnlyList<ReportFigure> figures, string none)
    {
        if (figures.Count == 0)
        {
            page.AppendLine(none);
            return;
        }

        page.AppendLine("<div class=\"figures\">");
        foreach (var figure in figures)
            charts.AddTo(page, figure);
        page.AppendLine("</div>");
    }

    private void AddComparison(StringBuilder page, Study study, IReadOnlyList<ReportFigure> figures)
    {
        PanelRun[] compared = [.. study.Cells.Where(run => run.IsComplete && PublishedResults.Find(run.Cell) is not null)];
        if (compared.Length == 0)
            return;
        page.AppendLine("<h3>Compared with the published runs</h3>");
        page.AppendLine("<p>The published numbers are those of the public PyTorch program verazuo/badnets-pytorch and of experiments built on it. Its ASR counts all triggered test images, those of the target included; "
            + "only here, these runs are counted in the same way: <strong>ASR (all rows)</strong>.</p>");
        AddFigures(page, figures, "");
        ComparisonTable.AddTo(page, runs, compared);
    }

    private static void AddRecipe(StringBuilder page, Study study, int number)
    {
        var cells = study.Cells;
        var machines = cells.Select(run => run.Stored.Machine).OfType<Machine>().ToArray();
        page.AppendLine($"<h3 id=\"recipe-{number}\">How it was made</h3>\n<dl class=\"recipe\">");
        AddSetting(page, "Data", cells.Select(run => run.Cell.Dataset).Select(data => Text($"{data.Name}, {data.TrainRows} training and {data.TestRows} test images")));
        AddSetting(page, "Attack", study.Panels.Select(panel => $"{panel.Experiment.Name}: {AttackIn(panel)}"));
        AddSetting(page, "Recipe", [study.RecipeText]);
        foreach (var (name, value) in study.Others)
            AddSetting(page, $"{name[..1].ToUpperInvariant()}{name[1..]}", [Describe(CellLeaf.Of(value, name))]);
        AddSetting(page, "Seeds", [string.Join(", ", cells.Select(run => run.Cell.Seed).Distinct().Order().Select(seed => Text($"{seed}")))]);
        AddSetting(page, "Threads", [string.Join(", ", cells.SelectMany(run => run.Epochs).Select(epoch => epoch.Threads).Distinct().Order().Select(threads => Text($"{threads}")))]);
        AddSetting(page, "Machine", machines.Select(machine => Text($"{machine.Processor}, {machine.Cores} cores, {machine.System}")));
        AddSetting(page, "Versions", machines.Select(machine => $"{machine.Library}, {machine.MlNet}, {machine.Torch}, {machine.Runtime}"));
        AddSetting(page, "Not finished", cells.Where(run => run.Reason.Length > 0).Select(run => $"{run.Cell.Id}: {run.State}. {run.Reason}").DefaultIfEmpty("none; no run failed"));
        page.AppendLine("</dl>");
        page.AppendLine($"<p>To repeat it, run this in the repository:</p>{Html.Commands(RepeatCommand.Of(study))}");
        if (study.Panels.Any(RepeatCommand.NeedsFile))
            page.AppendLine("<p class=\"note\">An experiment's JSON file is in experiments/, as the property <code>experiment</code>.</p>");
        page.AppendLine("<p class=\"note\">The same command, seed, machine, and number of threads give the same numbers. Each run has its folder in cells/, figures are in figures/, and all numbers are in summary.csv.</p>");
    }

    private static void AddSetting(StringBuilder page, string name, IEnumerable<string> values)
    {
        string[] distinct = [.. values.Distinct().Where(value => value.Length > 0)];
        if (distinct.Length > 0)
            page.AppendLine($"<dt>{Html.Escape(name)}</dt><dd>{string.Join("<br/>", distinct.Select(Html.Escape))}</dd>");
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

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
