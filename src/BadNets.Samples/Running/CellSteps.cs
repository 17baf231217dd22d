using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Running;

/// <summary>The library's steps for a cell's attack.</summary>
static class CellSteps
{
    /// <summary>The step that poisons the training rows.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="sources">What the attack depends on.</param>
    /// <exception cref="UsageException">The attack contradicts itself.</exception>
    public static PlantBackdoorEstimator Plant(MLContext ml, Cell cell, TriggerSources sources)
    {
        var attack = cell.Attack;
        var mapping = attack.Mapping.Make();
        var options = new PlantBackdoorEstimator.Options(attack.Trigger.Make(sources), mapping)
        {
            Rate = attack.Rate,
            RateBasis = attack.RateBasis ?? RateBasis.AllRows,
            Seed = cell.Seed,
            Perturbation = attack.Perturbation?.Make(sources.CleanModel),
            CoverRate = attack.CoverRate ?? 0,
            CoverTrigger = attack.CoverTrigger?.Make(sources),
            CoverLabels = [.. (attack.CoverLabels ?? []).Select(label => (LabelValue)label)],
        };
        if (attack.Selection == Selection.Target)
            options.OnlyLabels = [mapping.TargetLabel ?? throw new UsageException("Only an attack with one target can poison only the rows of the target.")];
        return ml.Transforms.PlantBackdoor(options);
    }

    /// <summary>The test rows whose label the mapping maps; the others are controls.</summary>
    public static IDataView Attacked(MLContext ml, Attack attack, IDataView test)
    {
        if (attack.Mapping.GetSources() is not { } sources)
            return test;
        var view = ml.Transforms.Conversion.MapKeyToValue(nameof(NamedRow.LabelName), "Label")
            .Append(ml.Transforms.Conversion.ConvertType(nameof(NamedRow.LabelName), outputKind: DataKind.String))
            .Fit(test).Transform(test);
        return ml.Data.FilterByCustomPredicate<NamedRow>(view, row => !sources.Contains(row.LabelName));
    }

    /// <summary>Test data with the trigger on every image, and the label that the attack aims at: accuracy on it is the attack's success.</summary>
    public static IDataView Trigger(MLContext ml, Attack attack, IDataView test, TriggerSources sources) =>
        ml.Transforms.StampTrigger("Image", attack.TriggerInTests.Make(sources))
            .Append(ml.Transforms.FlipLabel("Label", attack.Mapping.Make()))
            .Fit(test)
            .Transform(test);

    private sealed class NamedRow
    {
        public string LabelName { get; set; } = "";
    }
}
