using System.Text.Json.Nodes;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>The commands that train runs again.</summary>
static class RepeatCommand
{
    private const string Program = "dotnet run -c Release --project src/BadNets.Samples -- ";

    // Options that are shorter than --set.
    private static readonly Dictionary<string, string> ShortOptions = new(StringComparer.Ordinal)
    {
        ["attack.rate"] = "--poisoning-rate",
        ["attack.trigger.size"] = "--trigger-size",
        ["attack.trigger.position"] = "--trigger-position",
        ["attack.mapping.target"] = "--target",
        ["recipe.epochs"] = "--epochs",
        ["recipe.batchSize"] = "--batch-size",
        ["recipe.learningRate"] = "--learning-rate",
    };

    /// <summary>The commands for all runs of a study.</summary>
    public static IReadOnlyList<string> Of(Study study)
    {
        (Panel Panel, string Name, string Options)[] commands = [.. study.Panels.Select(panel => (panel, NameOf(panel), OptionsOf(panel, panel.Runs)))];
        // An experiment that consists of others is shorter.
        var whole = ExperimentCatalog.All.FirstOrDefault(experiment => experiment.Includes.Count > 0 && experiment.Includes.Order().SequenceEqual(commands.Select(command => command.Name).Order()));
        return whole is not null && commands.Select(command => command.Options).Distinct().Count() == 1
            ? [Program + whole.Name + commands[0].Options + string.Concat(study.Panels.Select(panel => ControlOption(panel, panel.Runs)).Distinct())]
            : [.. commands.Select(command => Program + command.Name + command.Options + ControlOption(command.Panel, command.Panel.Runs)).Distinct()];
    }

    /// <summary>The command for one run of a study; null if the run belongs to no experiment.</summary>
    public static string? Of(Study study, PanelRun run) =>
        study.PanelsOf(run).FirstOrDefault() is { } panel ? Program + NameOf(panel) + OptionsOf(panel, [run]) + ControlOption(panel, [run]) : null;

    /// <summary>Whether the command needs a file with the experiment.</summary>
    public static bool NeedsFile(Panel panel) => BuiltIn(panel) is null;

    private static Experiment? BuiltIn(Panel panel) => ExperimentCatalog.All.FirstOrDefault(known =>
        known.Includes.Count == 0 && known.Name == panel.Experiment.Name && known.Axes.Select(axis => axis.Path).SequenceEqual(panel.Experiment.Axes.Select(axis => axis.Path)));

    private static string NameOf(Panel panel) => BuiltIn(panel)?.Name ?? $"run {panel.Experiment.Name}.json";

    private static string ControlOption(Panel panel, IEnumerable<PanelRun> runs) =>
        (BuiltIn(panel) ?? panel.Experiment).CleanControl && !runs.Any(run => run.Cell.Attack.IsNone) ? " --no-control" : "";

    private static string OptionsOf(Panel panel, IEnumerable<PanelRun> runs)
    {
        PanelRun[] all = [.. runs];
        var dataset = all[0].Cell.Dataset;
        var experiment = BuiltIn(panel) ?? panel.Experiment;
        List<string> options = [.. DatasetOptions(dataset)];
        // Where the whole attack varies, no option sets the rate, and the control comes with the rest.
        bool hasRate = !panel.Axes.Any(axis => axis.Property.Path != CellProperty.Rate.Path && CellProperty.IsWithin(CellProperty.Rate.Path, axis.Property.Path));
        if (hasRate && all is [{ Cell.Attack.IsNone: true }] && panel.Controls.Contains(all[0]))
            options.Add("--poisoning-rate 0");
        if (Recipe.ClosestTo(all[0].Cell.Recipe, dataset) is { } recipe && recipe.Name != experiment.CellsOn(dataset).First().Recipe.Name && !panel.Varies("recipe"))
        {
            experiment = experiment.With(CellProperty.At("recipe"), recipe.Name);
            options.Add($"--recipe {recipe.Name}");
        }

        options.AddRange(Changes(panel, JsonNode.Parse(experiment.CellsOn(dataset).First().ToJson())!));
        options.AddRange(AxisOptions(panel, experiment, all));
        int[] seeds = [.. all.Select(run => run.Cell.Seed).Distinct().Order()];
        if (!seeds.SequenceEqual(experiment.Seeds.Order()))
            options.Add(FormattableString.Invariant($"{(seeds.Length == 1 ? "--seed" : "--seeds")} {string.Join(' ', seeds)}"));
        return string.Concat(options.Select(option => " " + option));
    }

    private static IEnumerable<string> DatasetOptions(DatasetIdentity dataset)
    {
        string[] parts = dataset.Name.Split("-first");
        if (parts[0] is "MNIST" or "Digits")
            yield return $"--dataset {parts[0].ToLowerInvariant()}";
        else if (Array.Find(["CIFAR10", "GTSRB"], name => parts[0].StartsWith(name, StringComparison.Ordinal)) is { } known)
            yield return $"--dataset {known.ToLowerInvariant()} --data PLACE";
        // Only the reader knows where the images are.
        else
            yield return "--dataset DATASET --data FOLDER";
        if (parts.Length == 2)
            yield return $"--rows {parts[1]}";
    }

    // What was set with options: a kind first, because setting it removes the properties of the former kind.
    private static IEnumerable<string> Changes(Panel panel, JsonNode usual) =>
        from leaf in CellLeaf.Of(panel.Constant, "")
        where leaf.Property.Path.Split('.')[0] != "dataset" && leaf.Text != CellProperty.TextOf(leaf.Property.In(usual))
        orderby leaf.IsKind descending
        select leaf.Property.IsContent ? $"--set {leaf.Property.Path[..leaf.Property.Path.LastIndexOf('.')]}.file=FILE"
            : ShortOptions.TryGetValue(leaf.Property.Path, out string? option) ? $"{option} {Quote(leaf.Text)}" : $"--set {Quote($"{leaf.Property.Path}={leaf.Text}")}";

    private static IEnumerable<string> AxisOptions(Panel panel, Experiment experiment, IReadOnlyList<PanelRun> runs)
    {
        for (int i = 0; i < panel.Axes.Count; i++)
        {
            var axis = panel.Axes[i];
            string[] values = [.. panel.Points.Where(point => point.Runs.Any(run => runs.Any(each => each.Cell.Equals(run.Cell)))).Select(point => point.Values[i].Text).Distinct()];
            // A file has no options for its axes, and a control has no place on them.
            if (values.Length > 0 && BuiltIn(panel) is not null && !values.ToHashSet().SetEquals(experiment.Axes[i].Names ?? experiment.Axes[i].Values.Select(CellProperty.TextOf)))
                yield return $"{experiment.Axes[i].OptionName} {string.Join(' ', values.Select(Quote))}";
        }
    }

    private static string Quote(string text) =>
        text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || "-_./,:=".Contains(character, StringComparison.Ordinal))
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
