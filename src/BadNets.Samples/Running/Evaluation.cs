using System.Text.Json;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Transforms;
using Microsoft.ML.Data;

namespace BadNets.Samples.Running;

/// <summary>What is kept of an evaluation. Rates are shares from 0 to 1; null stands for a rate over no rows, and for a matrix that is too large.</summary>
sealed record Evaluation(
    string Model, string Dataset, long TestRows, TriggerPlan Trigger, MappingPlan Mapping,
    double? TestCleanAccuracy, double? AttackSuccessRate, double? AttackSuccessRateAllRows, double? RobustAccuracy,
    IReadOnlyList<string> Labels, IReadOnlyList<double?> PerClassAttackSuccessRate,
    double? ControlAccuracy, IReadOnlyList<IReadOnlyList<double>>? CleanConfusionMatrix, IReadOnlyList<IReadOnlyList<double>>? TriggeredConfusionMatrix)
{
    // A larger matrix is of no use to readers.
    private const int MostClassesInMatrix = 1000;

    public static Evaluation Of(string model, string dataset, Attack attack, BackdoorMetrics metrics) => new(
        model, dataset, metrics.CleanRowCount, attack.TriggerInTests, attack.Mapping,
        Rate(metrics.TestCleanAccuracy), Rate(metrics.AttackSuccessRate), Rate(metrics.AttackSuccessRateAllRows), Rate(metrics.RobustAccuracy),
        [.. metrics.Labels.Select(label => label.ToString())], [.. metrics.PerClassAttackSuccessRate.Select(Rate)],
        Rate(metrics.ControlAccuracy), MatrixOf(metrics, metrics => metrics.CleanConfusionMatrix), MatrixOf(metrics, metrics => metrics.TriggeredConfusionMatrix));

    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, CellJson.Options));

    private static IReadOnlyList<IReadOnlyList<double>>? MatrixOf(BackdoorMetrics metrics, Func<BackdoorMetrics, ConfusionMatrix> matrix) =>
        metrics.Labels.Count <= MostClassesInMatrix ? matrix(metrics).Counts : null;

    private static double? Rate(double rate) => double.IsNaN(rate) ? null : rate;
}
