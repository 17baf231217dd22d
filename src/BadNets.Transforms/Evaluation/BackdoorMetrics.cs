using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// How well a model performs on clean images, and how well a backdoor in it performs on triggered images. Rates are shares from 0 to 1; a rate
/// over no rows is not a number (NaN).
/// </summary>
/// <remarks>
/// <para>How a triggered row counts depends on its true label and on the label that the attack maps it to:</para>
/// <list type="bullet">
/// <item>If the attack maps it to a different label, the row is attacked. The attack succeeds if the model predicts that label.</item>
/// <item>If the attack maps it to the same label, as for rows that already have the target label, the row is neither attacked nor a control.</item>
/// <item>If the attack does not map the label, which happens only with <see cref="LabelMapping.Of"/>, the row is a control.</item>
/// </list>
/// </remarks>
public sealed class BackdoorMetrics
{
    private readonly Lazy<ConfusionMatrix> _cleanConfusionMatrix;
    private readonly Lazy<ConfusionMatrix> _triggeredConfusionMatrix;

    internal BackdoorMetrics(IReadOnlyList<LabelValue> labels, LabelMapping mapping, int[] targets, ScoredRows clean, ScoredRows triggered)
    {
        Labels = labels;
        Mapping = mapping;
        _cleanConfusionMatrix = new(clean.MakeConfusionMatrix);
        _triggeredConfusionMatrix = new(triggered.MakeConfusionMatrix);
        TestCleanAccuracy = Share(clean.Right, clean.Rows);
        CleanLogLoss = clean.LogLoss / clean.Rows;
        CleanRowCount = clean.Rows;
        TriggeredRowCount = triggered.Rows;

        long mapped = 0, asMapped = 0, successes = 0, robust = 0, controlsRight = 0;
        var perClass = new double[labels.Count];
        Array.Fill(perClass, double.NaN);
        for (int label = 0; label < labels.Count; label++)
        {
            int target = targets[label];
            long rows = triggered.RowsOf(label), right = triggered.Count(label, label);
            if (target < 0)
            {
                ControlRowCount += rows;
                controlsRight += right;
                continue;
            }

            long asTarget = triggered.Count(label, target);
            mapped += rows;
            asMapped += asTarget;
            if (target == label)
                continue;
            AttackedRowCount += rows;
            successes += asTarget;
            robust += right;
            perClass[label] = Share(asTarget, rows);
        }

        AttackSuccessRate = Share(successes, AttackedRowCount);
        AttackSuccessRateAllRows = Share(asMapped, mapped);
        RobustAccuracy = Share(robust, AttackedRowCount);
        ControlAccuracy = Share(controlsRight, ControlRowCount);
        AttackLogLoss = triggered.TargetLogLoss / mapped;
        PerClassAttackSuccessRate = perClass;
    }

    /// <summary>The labels of the classes; the lists and matrices here are in their order.</summary>
    public IReadOnlyList<LabelValue> Labels { get; }

    /// <summary>What the labels become in the attack.</summary>
    public LabelMapping Mapping { get; }

    /// <summary>Test clean accuracy (TCA): the share of the clean rows for which the model predicts the true label.</summary>
    public double TestCleanAccuracy { get; }

    /// <summary>
    /// Attack success rate (ASR) as the literature defines it: the share of the attacked triggered rows for which the model predicts the mapped
    /// label. Rows that already have the target label do not count.
    /// </summary>
    public double AttackSuccessRate { get; }

    /// <summary>
    /// Attack success rate over all triggered rows except controls, which includes the rows that already have the target label, as published BadNets
    /// code reports it. For a model without a backdoor, this is about the target's share of the rows, not 0.
    /// </summary>
    public double AttackSuccessRateAllRows { get; }

    /// <summary>Robust accuracy: the share of the attacked triggered rows for which the model still predicts the true label.</summary>
    public double RobustAccuracy { get; }

    /// <summary>The share of the triggered control rows for which the model predicts the true label; not a number if there are no control rows.</summary>
    public double ControlAccuracy { get; }

    /// <summary>
    /// For each true label, the share of its triggered rows for which the model predicts the mapped label; not a number for labels that the attack
    /// does not change and for labels without rows.
    /// </summary>
    public IReadOnlyList<double> PerClassAttackSuccessRate { get; }

    /// <summary>True against predicted labels of the clean rows.</summary>
    /// <exception cref="InvalidOperationException">There are more than 4096 classes.</exception>
    public ConfusionMatrix CleanConfusionMatrix => _cleanConfusionMatrix.Value;

    /// <summary>True against predicted labels of the triggered rows.</summary>
    /// <exception cref="InvalidOperationException">There are more than 4096 classes.</exception>
    public ConfusionMatrix TriggeredConfusionMatrix => _triggeredConfusionMatrix.Value;

    /// <summary>The mean over the clean rows of −ln(probability of the true label), in nats.</summary>
    public double CleanLogLoss { get; }

    /// <summary>The mean over the triggered rows, except controls, of −ln(probability of the mapped label), in nats.</summary>
    public double AttackLogLoss { get; }

    /// <summary>The number of clean rows.</summary>
    public long CleanRowCount { get; }

    /// <summary>The number of triggered rows.</summary>
    public long TriggeredRowCount { get; }

    /// <summary>The number of triggered rows whose label the attack changes: the denominator of <see cref="AttackSuccessRate"/>.</summary>
    public long AttackedRowCount { get; }

    /// <summary>The number of triggered rows whose label the attack does not map.</summary>
    public long ControlRowCount { get; }

    /// <summary>
    /// Defense effectiveness rating (DER, Zhu et al. 2023): (max(0, ΔASR) − max(0, ΔTCA) + 1) / 2, where ΔASR and ΔTCA are the amounts by
    /// which a defense lowers the attack success rate and the clean accuracy. 1 is best; 0.5 means that the defense does nothing.
    /// </summary>
    /// <param name="before">The metrics of the model before the defense.</param>
    /// <param name="after">The metrics of the model after the defense, with the same data and the same attack.</param>
    /// <returns>The rating, from 0 to 1; not a number if one of the rates is not a number.</returns>
    public static double DefenseEffectivenessRating(BackdoorMetrics before, BackdoorMetrics after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return (Math.Max(0, before.AttackSuccessRate - after.AttackSuccessRate) - Math.Max(0, before.TestCleanAccuracy - after.TestCleanAccuracy) + 1) / 2;
    }

    /// <summary>For example <c>TCA 0.9802, ASR 0.9996 (all rows 0.9996), robust accuracy 0.0003</c>.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"TCA {TestCleanAccuracy:F4}, ASR {AttackSuccessRate:F4} (all rows {AttackSuccessRateAllRows:F4}), robust accuracy {RobustAccuracy:F4}")
        + (ControlRowCount == 0 ? "" : FormattableString.Invariant($", control accuracy {ControlAccuracy:F4}"));

    private static double Share(long part, long whole) => whole == 0 ? double.NaN : (double)part / whole;
}
