using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>The columns of a scored view that an evaluation reads.</summary>
readonly record struct EvaluatedColumns(string Label, string Score, string PredictedLabel)
{
    public static EvaluatedColumns Create(string labelColumnName, string scoreColumnName, string predictedLabelColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(labelColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(scoreColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(predictedLabelColumnName);
        return new EvaluatedColumns(labelColumnName, scoreColumnName, predictedLabelColumnName);
    }

    /// <summary>Finds the classes that the scores belong to, in the order of the scores.</summary>
    public IReadOnlyList<LabelValue> FindClasses(IExceptionContext context, DataViewSchema schema)
    {
        var (predicted, type) = LabelColumn.Find(context, schema, PredictedLabel, "predicted label");
        var score = FindScore(context, schema, null);
        var classes = type.Values
            ?? LabelType.ReadAnnotation(score, AnnotationUtils.Kinds.TrainingLabelValues)
            ?? LabelType.ReadAnnotation(score, AnnotationUtils.Kinds.SlotNames)
            ?? throw new ArgumentException($"Neither column '{PredictedLabel}' nor column '{Score}' names the classes. Use a predicted label column that is a key with key values.");
        if (classes.Count != ((VectorDataViewType)score.Type).Size)
            throw context.ExceptSchemaMismatch("inputSchema", "score", Score, $"a vector of Single with a value for each of {classes.Count} classes", score.Type.ToString());
        return classes;
    }

    /// <summary>Finds the score column, which must be a vector of Single with one value for each class.</summary>
    public DataViewSchema.Column FindScore(IExceptionContext context, DataViewSchema schema, int? classCount)
    {
        if (schema.GetColumnOrNull(Score) is not { } column)
            throw context.ExceptSchemaMismatch("inputSchema", "score", Score);
        if (column.Type is not VectorDataViewType { IsKnownSize: true } vector || vector.ItemType != NumberDataViewType.Single
            || classCount is { } count && vector.Size != count)
            throw context.ExceptSchemaMismatch("inputSchema", "score", Score, $"a vector of Single with a value for each {(classCount is { } n ? $"of {n} classes" : "class")}", column.Type.ToString());
        return column;
    }
}
