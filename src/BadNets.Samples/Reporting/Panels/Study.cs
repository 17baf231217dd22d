using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>All panels of one data set, recipe and target.</summary>
sealed record Study(string Dataset, Recipe Recipe, int TargetLabel, IReadOnlyList<Panel> Panels)
{
    public string Title => FormattableString.Invariant(
        $"{Dataset}, {Recipe.Name} recipe, {Recipe.EpochsInWords}{(HasUsualOptimizer(Recipe) ? "" : $", {Recipe.OptimizerCode} {Recipe.LearningRate}")}{(HasUsualBatches(Recipe) ? "" : $", batches of {Recipe.BatchSize}")}{(TargetLabel == 1 ? "" : $", target {TargetLabel}")}");

    public IEnumerable<RunTrace> Traces => Panels.SelectMany(panel => panel.Points).SelectMany(point => point.Traces);

    public static IReadOnlyList<Study> Of(IEnumerable<RunTrace> traces) =>
    [
        .. traces
            .GroupBy(trace => (trace.Cell.Dataset, trace.Cell.Recipe, trace.Cell.Attack.TargetLabel))
            .OrderBy(study => study.Key.Dataset, StringComparer.Ordinal)
            .ThenByDescending(study => study.Key.Recipe.Name, StringComparer.Ordinal)
            .ThenByDescending(study => study.Key.Recipe.Epochs)
            .Select(study => new Study(study.Key.Dataset, study.Key.Recipe, study.Key.TargetLabel,
            [
                .. study
                    .GroupBy(trace => PanelNameOf(trace))
                    .OrderBy(panel => panel.Key, StringComparer.Ordinal)
                    .Select(panel => Panel.Of(panel.Key, [.. panel])),
            ])),
    ];

    // Runs' names do not speak of optimizer and batch size, by which studies differ, and figures of two studies must not overwrite one another.
    private static string PanelNameOf(RunTrace trace)
    {
        var recipe = trace.Cell.Recipe;
        return trace.Experiment.GroupNameOf(trace.Cell)
            + (HasUsualOptimizer(recipe) ? "" : $"_{recipe.OptimizerCode}{Cell.RateInNames(recipe.LearningRate)}")
            + (HasUsualBatches(recipe) ? "" : FormattableString.Invariant($"_batch{recipe.BatchSize}"));
    }

    private static bool HasUsualOptimizer(Recipe recipe) =>
        Recipe.All.Any(usual => usual.Name == recipe.Name && usual.Optimizer == recipe.Optimizer && usual.LearningRate == recipe.LearningRate);

    private static bool HasUsualBatches(Recipe recipe) => recipe.BatchSize == Recipe.Reference.BatchSize;
}
