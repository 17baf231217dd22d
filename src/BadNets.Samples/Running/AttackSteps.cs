using BadNets.Samples.Experiments;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Running;

/// <summary>The library's steps for an attack.</summary>
static class AttackSteps
{
    /// <summary>The training-only steps that poison: choose rows, stamp the trigger, flip the label.</summary>
    public static EstimatorChain<ITransformer> Poison(MLContext ml, Attack attack, int seed) =>
        new EstimatorChain<ITransformer>()
            .Append<ITransformer>(ml.Transforms.MarkPoisoned("Poisoned", attack.PoisoningRate, seed), TransformerScope.Training)
            .Append<ITransformer>(ml.Transforms.StampTrigger("Image", attack.MakeTrigger(), whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append<ITransformer>(ml.Transforms.FlipLabel("Label", attack.TargetLabel, whereColumnName: "Poisoned"), TransformerScope.Training);

    /// <summary>Test data with the trigger over every image and the target for every label: accuracy on it is the attack's success.</summary>
    public static IDataView Trigger(MLContext ml, Attack attack, IDataView test) =>
        ml.Transforms.StampTrigger("Image", attack.MakeTrigger())
            .Append(ml.Transforms.FlipLabel("Label", attack.TargetLabel))
            .Fit(test)
            .Transform(test);
}
