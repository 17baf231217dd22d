using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>Aggregates a scored view: counts of true and predicted labels, and sums of log probabilities.</summary>
sealed class ScoredRows
{
    /// <summary>The maximum number of classes in a confusion matrix, which then takes 128 MiB.</summary>
    public const int MostClassesInMatrix = 4096;

    // The lower limit for probabilities, as in ML.NET's own log-loss.
    private const double Floor = 1e-15;

    private readonly IHost _host;
    private readonly IReadOnlyList<LabelValue> _labels;

    // Contains only pairs that occur, because there can be a million classes.
    private readonly Dictionary<(int Actual, int Predicted), long> _counts = [];
    private readonly long[] _rowsOf;

    /// <param name="host">The host.</param>
    /// <param name="scored">The view.</param>
    /// <param name="columns">The names of its columns.</param>
    /// <param name="labels">The classes.</param>
    /// <param name="targets">For each class, the class that it is mapped to, or -1.</param>
    public ScoredRows(IHost host, IDataView scored, EvaluatedColumns columns, IReadOnlyList<LabelValue> labels, int[] targets)
    {
        _host = host;
        _labels = labels;
        _rowsOf = new long[labels.Count];

        var label = LabelColumn.Find(host, scored.Schema, columns.Label);
        var predicted = LabelColumn.Find(host, scored.Schema, columns.PredictedLabel, "predicted label");
        var score = columns.FindScore(host, scored.Schema, labels.Count);
        using var cursor = scored.GetRowCursor(label.Column, predicted.Column, score);
        var labelIndex = label.Type.MakeIndexGetter(cursor, label.Column, labels);
        var predictedIndex = predicted.Type.MakeIndexGetter(cursor, predicted.Column, labels);
        var scores = cursor.GetGetter<VBuffer<float>>(score);
        VBuffer<float> probabilities = default;
        for (; cursor.MoveNext(); Rows++)
        {
            if ((Rows & 0xff) == 0)
                host.CheckAlive();
            int actual = labelIndex(), given = predictedIndex();
            if (actual < 0)
                throw new ArgumentException($"Row {Rows} has a label in column '{columns.Label}' that is not one of the model's classes: {LabelColumn.List(labels)}.");
            if (given < 0)
                throw new ArgumentException($"Row {Rows} has no predicted label in column '{columns.PredictedLabel}'.");
            scores(ref probabilities);
            _counts[(actual, given)] = Count(actual, given) + 1;
            _rowsOf[actual]++;
            LogLoss -= Math.Log(Math.Max(probabilities.GetItemOrDefault(actual), Floor));
            if (targets[actual] >= 0)
                TargetLogLoss -= Math.Log(Math.Max(probabilities.GetItemOrDefault(targets[actual]), Floor));
        }
    }

    public long Rows { get; }

    /// <summary>The sum of −ln(probability of the true label).</summary>
    public double LogLoss { get; }

    /// <summary>The sum of −ln(probability of the mapped label), over the rows whose label is mapped.</summary>
    public double TargetLogLoss { get; }

    public long Right => Enumerable.Range(0, _labels.Count).Sum(label => Count(label, label));

    public long Count(int actual, int predicted) => _counts.GetValueOrDefault((actual, predicted));

    public long RowsOf(int actual) => _rowsOf[actual];

    /// <exception cref="InvalidOperationException">There are too many classes.</exception>
    public ConfusionMatrix MakeConfusionMatrix()
    {
        int classes = _labels.Count;
        if (classes > MostClassesInMatrix)
        {
            throw new InvalidOperationException(
                $"A confusion matrix of {classes} classes is too large. The maximum is {MostClassesInMatrix} classes. All other metrics are available for any number of classes.");
        }

        var counts = Array.ConvertAll(new double[classes][], _ => new double[classes]);
        var rowsAs = new long[classes];
        foreach (var ((actual, predicted), count) in _counts)
        {
            counts[actual][predicted] = count;
            rowsAs[predicted] += count;
        }

        var range = Enumerable.Range(0, classes).ToArray();
        var precision = Array.ConvertAll(range, label => Share(label, rowsAs[label]));
        var recall = Array.ConvertAll(range, label => Share(label, _rowsOf[label]));
        return new ConfusionMatrix(_host, precision, recall, counts, [.. _labels.Select(label => label.ToString().AsMemory())], isSampled: false, isBinary: false);
    }

    private double Share(int label, long whole) => whole == 0 ? 0 : (double)Count(label, label) / whole;
}
