using BadNets.Samples.Experiments;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Running;

/// <summary>The library's steps for a cell's attack.</summary>
static class CellSteps
{
    /// <summary>The training-only steps that poison: choose rows, stamp the trigger, change the label.</summary>
    public static EstimatorChain<ITransformer> Poison(MLContext ml, Cell cell) =>
        new EstimatorChain<ITransformer>()
            .Append<ITransformer>(ml.Transforms.MarkPoisoned("Poisoned", cell.Attack.Rate, cell.Seed), TransformerScope.Training)
            .Append<ITransformer>(ml.Transforms.StampTrigger("Image", cell.Attack.Trigger.Make(), whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append<ITransformer>(ml.Transforms.FlipLabel("Label", ((ToPlan)cell.Attack.Mapping).Target, whereColumnName: "Poisoned"), TransformerScope.Training);

    /// <summary>Test data with the trigger on every image, and the label that the attack aims at: accuracy on it is the attack's success.</summary>
    public static IDataView Trigger(MLContext ml, Attack attack, IDataView test) =>
        ml.Transforms.StampTrigger("Image", attack.Trigger.Make())
            .Append(ml.Transforms.FlipLabel("Label", ((ToPlan)attack.Mapping).Target))
            .Fit(test)
            .Transform(test);
}
