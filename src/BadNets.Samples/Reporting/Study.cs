using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>All panels of one data set, recipe and target.</summary>
sealed record Study(string Dataset, Recipe Recipe, int TargetLabel, IReadOnlyList<Panel> Panels)
{
    public string Title => FormattableString.Invariant(
        $"{Dataset}, {Recipe.Name} recipe, {Recipe.Epochs} epoch{(Recipe.Epochs == 1 ? "" : "s")}{(IsUsualRecipe ? "" : $", {Recipe.OptimizerCode} {Recipe.LearningRate}")}{(IsUsualBatch ? "" : $", batches of {Recipe.BatchSize}")}{(TargetLabel == 1 ? "" : $", target {TargetLabel}")}");

    private bool IsUsualRecipe => Recipe.All.Contains(Recipe with { Epochs = Recipe.Reference.Epochs, BatchSize = Recipe.Reference.BatchSize });

    private bool IsUsualBatch => Recipe.BatchSize == Recipe.Reference.BatchSize;

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

    // Runs' names do not speak of the batch size, by which studies differ, and figures of two studies must not overwrite one another.
    private static string PanelNameOf(RunTrace trace)
    {
        int batchSize = trace.Cell.Recipe.BatchSize;
        return trace.Experiment.GroupNameOf(trace.Cell) + (batchSize == Recipe.Reference.BatchSize ? "" : FormattableString.Invariant($"_batch{batchSize}"));
    }
}
