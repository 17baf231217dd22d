using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>Computes <see cref="BackdoorMetrics"/> from scored views.</summary>
sealed class BackdoorEvaluator
{
    private readonly IHost _host;
    private readonly LabelMapping _mapping;
    private readonly EvaluatedColumns _columns;

    public BackdoorEvaluator(IHostEnvironment env, LabelMapping mapping, EvaluatedColumns columns)
    {
        _host = env.Register(nameof(BackdoorEvaluator));
        _mapping = mapping;
        _columns = columns;
    }

    public BackdoorMetrics Evaluate(ITransformer model, IDataView testData, Trigger trigger, string imageColumnName)
    {
        var steps = new ModelSteps(model);
        steps.RefuseUnconditionalPoisoning();
        var stamp = new StampTriggerTransformer(_host, ConditionalColumn.Create(imageColumnName, null, null), trigger);
        var (clean, triggered) = steps.Score(testData, stamp, imageColumnName);
        return Evaluate(clean, triggered);
    }

    public BackdoorMetrics Evaluate(IDataView clean, IDataView triggered)
    {
        var labels = _columns.FindClasses(_host, clean.Schema);
        int[] targets = _mapping.MapIndices(labels);
        if (!labels.SequenceEqual(_columns.FindClasses(_host, triggered.Schema)))
            throw new ArgumentException("The clean view and the triggered view have scores for different classes, or for the same classes in a different order. Score both views with the same model.");
        return new BackdoorMetrics(
            labels, _mapping, targets, new ScoredRows(_host, clean, _columns, labels, targets), new ScoredRows(_host, triggered, _columns, labels, targets));
    }
}
