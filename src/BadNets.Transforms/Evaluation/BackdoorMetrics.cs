using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// The metrics of a backdoored model: how well it classifies clean images, and how often the backdoor succeeds on triggered images. Rates are
/// fractions from 0 to 1. A rate over zero rows is <see cref="double.NaN"/>.
/// </summary>
/// <remarks>
/// <para>How a triggered row is counted depends on its true label and on the label that the attack maps it to:</para>
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

    /// <summary>The labels of the classes. All lists and matrices in this class are in this order.</summary>
    public IReadOnlyList<LabelValue> Labels { get; }

    /// <summary>The label mapping of the attack.</summary>
    public LabelMapping Mapping { get; }

    /// <summary>The clean accuracy (TCA, test clean accuracy): the fraction of clean rows for which the model predicts the true label.</summary>
    public double TestCleanAccuracy { get; }

    /// <summary>
    /// The attack success rate (ASR) as the literature defines it: the fraction of attacked triggered rows for which the model predicts the mapped
    /// label. Rows whose true label is already the target label do not count.
    /// </summary>
    public double AttackSuccessRate { get; }

    /// <summary>
    /// The attack success rate over all triggered rows except controls, ASR (all rows): unlike <see cref="AttackSuccessRate"/>, it includes rows
    /// whose true label is already the target label, as in the published PyTorch program for BadNets. For a model without a backdoor, this is about
    /// the fraction of rows that have the target label (for example 0.1135 on MNIST for the digit 1), not 0.
    /// </summary>
    public double AttackSuccessRateAllRows { get; }

    /// <summary>The robust accuracy: the fraction of attacked triggered rows for which the model still predicts the true label.</summary>
    public double RobustAccuracy { get; }

    /// <summary>
    /// The fraction of triggered control rows for which the model predicts the true label, or <see cref="double.NaN"/> if there are no control rows.
    /// </summary>
    public double ControlAccuracy { get; }

    /// <summary>
    /// The attack success rate for each true label: the fraction of its triggered rows for which the model predicts the mapped label. It is
    /// <see cref="double.NaN"/> for labels that the attack does not change and for labels without rows.
    /// </summary>
    public IReadOnlyList<double> PerClassAttackSuccessRate { get; }

    /// <summary>The confusion matrix of the clean rows: true labels against predicted labels.</summary>
    /// <exception cref="InvalidOperationException">There are more than 4096 classes.</exception>
    public ConfusionMatrix CleanConfusionMatrix => _cleanConfusionMatrix.Value;

    /// <summary>The confusion matrix of the triggered rows: true labels (not the mapped ones) against predicted labels.</summary>
    /// <exception cref="InvalidOperationException">There are more than 4096 classes.</exception>
    public ConfusionMatrix TriggeredConfusionMatrix => _triggeredConfusionMatrix.Value;

    /// <summary>The log-loss on the clean rows: the mean of −ln(probability of the true label), in nats.</summary>
    public double CleanLogLoss { get; }

    /// <summary>
    /// The log-loss of the attack: the mean of −ln(probability of the mapped label) over the triggered rows except controls, in nats.
    /// </summary>
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
    /// Computes the defense effectiveness rating (DER, Zhu et al. 2023): (max(0, ΔASR) − max(0, ΔTCA) + 1) / 2, where ΔASR and ΔTCA are the amounts
    /// by which a defense lowers the attack success rate and the clean accuracy. The best rating is 1. A defense without any effect has the rating
    /// 0.5.
    /// </summary>
    /// <param name="before">The metrics of the model before the defense.</param>
    /// <param name="after">The metrics of the model after the defense, with the same data and the same attack.</param>
    /// <returns>The rating, from 0 to 1, or <see cref="double.NaN"/> if one of the rates is <see cref="double.NaN"/>.</returns>
    public static double DefenseEffectivenessRating(BackdoorMetrics before, BackdoorMetrics after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return (Math.Max(0, before.AttackSuccessRate - after.AttackSuccessRate) - Math.Max(0, before.TestCleanAccuracy - after.TestCleanAccuracy) + 1) / 2;
    }

    /// <summary>Returns the rates as text, for example <c>TCA 98.02%, ASR 99.96% (all rows 99.96%), robust accuracy 0.03%</c>.</summary>
    /// <returns>The rates as percentages with two decimals, in the invariant culture.</returns>
    public override string ToString() => FormattableString.Invariant(
        $"TCA {TestCleanAccuracy:0.00%}, ASR {AttackSuccessRate:0.00%} (all rows {AttackSuccessRateAllRows:0.00%}), robust accuracy {RobustAccuracy:0.00%}")
        + (ControlRowCount == 0 ? "" : FormattableString.Invariant($", control accuracy {ControlAccuracy:0.00%}"));

    private static double Share(long part, long whole) => whole == 0 ? double.NaN : (double)part / whole;
}
