using BadNets.Samples.Experiments;
using BadNets.Transforms;

namespace BadNets.Samples.Tests.Experiments;

/// <summary>The example of docs/adding-an-experiment.md.</summary>
static class FifthExperiment
{
    public static readonly Experiment SmallTriggers = new("exp05", "small-triggers")
    {
        Title = "Whether more poison makes up for a smaller trigger",
        Fixed = new(PoisoningRate: 0.2, TriggerSize: 5, TriggerPosition.BottomRight),
        Varies = Parameter.TriggerSize,
        Values = ["1", "2", "3", "4", "5"],
    };
}
