using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>What a scored view says, counted: true against predicted labels, and the probabilities given to them.</summary>
sealed class ScoredRows
{
    // The smallest probability that counts, as in ML.NET's own log-loss.
    private const double Floor = 1e-15;

    private readonly IHost _host;
    private readonly IReadOnlyList<LabelValue> _labels;
    private readonly long[,] _counts;

    public ScoredRows(IHost host, IDataView scored, EvaluatedColumns columns, IReadOnlyList<LabelValue> labels, int target)
    {
        _host = host;
        _labels = labels;
        _counts = new long[labels.Count, labels.Count];

        var label = LabelColumn.Find(host, scored.Schema, columns.Label);
        var predicted = LabelColumn.Find(host, scored.Schema, columns.PredictedLabel, "predicted label");
        var score = columns.FindScore(host, scored.Schema, labels.Count);
        using var cursor = scored.GetRowCursor(label.Column, predicted.Column, score);
        var labelIndex = label.Type.MakeIndexGetter(cursor, label.Column, labels);
        var predictedIndex = predicted.Type.MakeIndexGetter(cursor, predicted.Column, labels);
        var scores = cursor.GetGetter<VBuffer<float>>(score);
        VBuffer<float> current = default;
        var probabilities = new float[labels.Count];
        for (; cursor.MoveNext(); Rows++)
        {
            if ((Rows & 0xff) == 0)
                host.CheckAlive();
            int actual = labelIndex(), given = predictedIndex();
            if (actual < 0)
                throw new ArgumentException($"Row {Rows} has a label in column '{columns.Label}' that the model does not know; it knows {string.Join(", ", labels)}.");
            if (given < 0)
                throw new ArgumentException($"Row {Rows} has no predicted label in column '{columns.PredictedLabel}'.");
            scores(ref current);
            current.CopyTo(probabilities);
            _counts[actual, given]++;
            LogLoss -= Math.Log(Math.Max(probabilities[actual], Floor));
            TargetLogLoss -= Math.Log(Math.Max(probabilities[target], Floor));
        }
    }

    public long Rows { get; }

    /// <summary>The sum of −ln(probability of the true label).</summary>
    public double LogLoss { get; }

    public long Right => Enumerable.Range(0, _labels.Count).Sum(label => _counts[label, label]);

    /// <summary>The sum of −ln(probability of the target label).</summary>
    public double TargetLogLoss { get; }

    public long Count(int actual, int predicted) => _counts[actual, predicted];

    public long RowsOf(int actual) => Enumerable.Range(0, _labels.Count).Sum(predicted => _counts[actual, predicted]);

    public long RowsPredictedAs(int predicted) => Enumerable.Range(0, _labels.Count).Sum(actual => _counts[actual, predicted]);

    public ConfusionMatrix MakeConfusionMatrix()
    {
        var range = Enumerable.Range(0, _labels.Count).ToArray();
        var precision = Array.ConvertAll(range, label => Share(label, RowsPredictedAs(label)));
        var recall = Array.ConvertAll(range, label => Share(label, RowsOf(label)));
        var counts = Array.ConvertAll(range, actual => Array.ConvertAll(range, predicted => (double)_counts[actual, predicted]));
        return new ConfusionMatrix(_host, precision, recall, counts, [.. _labels.Select(label => label.ToString().AsMemory())], isSampled: false, isBinary: false);
    }

    private double Share(int label, long whole) => whole == 0 ? 0 : (double)_counts[label, label] / whole;
}
