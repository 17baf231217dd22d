using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// How well a model does on clean images, and how well a backdoor in it does on triggered ones. Rates are shares from 0 to 1; a rate over
/// no rows is not a number.
/// </summary>
public sealed class BackdoorMetrics
{
    internal BackdoorMetrics(IReadOnlyList<LabelValue> labels, LabelValue targetLabel, int target, ScoredRows clean, ScoredRows triggered)
    {
        Labels = labels;
        TargetLabel = targetLabel;
        CleanConfusionMatrix = clean.MakeConfusionMatrix();
        TriggeredConfusionMatrix = triggered.MakeConfusionMatrix();
        TestCleanAccuracy = Share(clean.Right, clean.Rows);
        CleanLogLoss = clean.LogLoss / clean.Rows;
        AttackLogLoss = triggered.TargetLogLoss / triggered.Rows;
        CleanRowCount = clean.Rows;
        TriggeredRowCount = triggered.Rows;

        long ofTarget = triggered.RowsOf(target), asTarget = triggered.RowsPredictedAs(target), targetAsTarget = triggered.Count(target, target);
        NonTargetRowCount = triggered.Rows - ofTarget;
        AttackSuccessRate = Share(asTarget - targetAsTarget, NonTargetRowCount);
        AttackSuccessRateAllRows = Share(asTarget, triggered.Rows);
        RobustAccuracy = Share(triggered.Right - targetAsTarget, NonTargetRowCount);
        PerClassAttackSuccessRate = Enumerable.Range(0, labels.Count)
            .Select(label => label == target ? double.NaN : Share(triggered.Count(label, target), triggered.RowsOf(label)))
            .ToArray();
    }

    /// <summary>The labels of the classes; the lists and matrices here are in their order.</summary>
    public IReadOnlyList<LabelValue> Labels { get; }

    /// <summary>The label that the attack aims at.</summary>
    public LabelValue TargetLabel { get; }

    /// <summary>Test clean accuracy (TCA): the share of clean rows that are given their true label.</summary>
    public double TestCleanAccuracy { get; }

    /// <summary>
    /// Attack success rate (ASR) as the literature has it: the share predicted as the target of those triggered rows whose true label is
    /// another.
    /// </summary>
    public double AttackSuccessRate { get; }

    /// <summary>
    /// Attack success rate over all triggered rows, those whose true label is the target included, as published BadNets code reports it. A
    /// model without a backdoor shows about the target's share of the rows here, not 0.
    /// </summary>
    public double AttackSuccessRateAllRows { get; }

    /// <summary>
    /// Robust accuracy: the share still given their true label of those triggered rows whose true label is not the target.
    /// </summary>
    public double RobustAccuracy { get; }

    /// <summary>
    /// For each true label the share of its triggered rows that is predicted as the target; not a number for the target itself and for
    /// labels without rows.
    /// </summary>
    public IReadOnlyList<double> PerClassAttackSuccessRate { get; }

    /// <summary>True against predicted labels of the clean rows.</summary>
    public ConfusionMatrix CleanConfusionMatrix { get; }

    /// <summary>True against predicted labels of the triggered rows.</summary>
    public ConfusionMatrix TriggeredConfusionMatrix { get; }

    /// <summary>The mean over the clean rows of −ln(probability of the true label), in nats.</summary>
    public double CleanLogLoss { get; }

    /// <summary>The mean over the triggered rows of −ln(probability of the target label), in nats.</summary>
    public double AttackLogLoss { get; }

    /// <summary>The number of clean rows.</summary>
    public long CleanRowCount { get; }

    /// <summary>The number of triggered rows.</summary>
    public long TriggeredRowCount { get; }

    /// <summary>The number of triggered rows whose true label is not the target: what <see cref="AttackSuccessRate"/> is a share of.</summary>
    public long NonTargetRowCount { get; }

    /// <summary>For example <c>TCA 0.9802, ASR 0.9996 (all rows 0.9996), robust accuracy 0.0003</c>.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"TCA {TestCleanAccuracy:F4}, ASR {AttackSuccessRate:F4} (all rows {AttackSuccessRateAllRows:F4}), robust accuracy {RobustAccuracy:F4}");

    private static double Share(long part, long whole) => whole == 0 ? double.NaN : (double)part / whole;
}
