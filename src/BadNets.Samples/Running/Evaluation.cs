using System.Text.Json;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Transforms;

namespace BadNets.Samples.Running;

/// <summary>The stored results of an evaluation. Rates are shares from 0 to 1; null stands for a rate over no rows.</summary>
sealed record Evaluation(
    string Model, string Dataset, long TestRows, TriggerPlan Trigger, MappingPlan Mapping,
    double? TestCleanAccuracy, double? AttackSuccessRate, double? AttackSuccessRateAllRows, double? RobustAccuracy,
    IReadOnlyList<string> Labels, IReadOnlyList<double?> PerClassAttackSuccessRate,
    IReadOnlyList<IReadOnlyList<double>> CleanConfusionMatrix, IReadOnlyList<IReadOnlyList<double>> TriggeredConfusionMatrix)
{
    public static Evaluation Of(string model, string dataset, Attack attack, BackdoorMetrics metrics) => new(
        model, dataset, metrics.CleanRowCount, attack.Trigger, attack.Mapping,
        Rate(metrics.TestCleanAccuracy), Rate(metrics.AttackSuccessRate), Rate(metrics.AttackSuccessRateAllRows), Rate(metrics.RobustAccuracy),
        [.. metrics.Labels.Select(label => label.ToString())], [.. metrics.PerClassAttackSuccessRate.Select(Rate)],
        metrics.CleanConfusionMatrix.Counts, metrics.TriggeredConfusionMatrix.Counts);

    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, CellJson.Options));

    private static double? Rate(double rate) => double.IsNaN(rate) ? null : rate;
}
