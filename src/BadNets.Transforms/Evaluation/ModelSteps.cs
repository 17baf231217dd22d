using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms;

/// <summary>
/// The steps that a model applies in <see cref="TransformerScope.Scoring"/>, in order, including the steps of nested chains.
/// </summary>
sealed class ModelSteps(ITransformer model)
{
    private readonly ITransformer[] _steps = [.. Flatten(model)];

    /// <summary>Rejects a model that poisons every row that it scores.</summary>
    /// <exception cref="ArgumentException">A step stamps or flips rows without a where column.</exception>
    public void RefuseUnconditionalPoisoning()
    {
        foreach (var step in _steps)
        {
            (string? name, var columns) = step switch
            {
                StampTriggerTransformer stamp => ("StampTrigger", stamp.Columns),
                FlipLabelTransformer flip => ("FlipLabel", flip.Columns),
                _ => (null, default),
            };
            if (name is not null && columns.Where is null)
            {
                throw new ArgumentException(
                    $"The model contains {name} on column '{columns.Output}' without a where column, which changes every row that the model scores, including the clean rows. "
                    + "Append that step with TransformerScope.Training and evaluate GetModelFor(TransformerScope.Scoring), or apply it to the training data before the pipeline is fitted.",
                    nameof(model));
            }
        }
    }

    /// <summary>Scores the data unchanged and with the trigger on every image.</summary>
    /// <param name="data">The data.</param>
    /// <param name="stamp">The transformer that stamps the trigger.</param>
    /// <param name="imageColumnName">The column to stamp.</param>
    /// <exception cref="ArgumentException">Neither the data nor a step has such a column, or its pixels have been scaled.</exception>
    public (IDataView Clean, IDataView Triggered) Score(IDataView data, StampTriggerTransformer stamp, string imageColumnName)
    {
        // inputs[i] is the input of step i.
        var inputs = new List<IDataView> { data };
        foreach (var step in _steps)
            inputs.Add(Apply(step, inputs[^1]));
        int place = FindPlace(inputs[..Math.Max(1, _steps.Length)], imageColumnName);
        RawPixels.Check(inputs[place], imageColumnName, stamp.Trigger);
        return (inputs[^1], _steps[place..].Aggregate(stamp.Transform(inputs[place]), (view, step) => Apply(step, view)));
    }

    private static int FindPlace(List<IDataView> inputs, string imageColumnName)
    {
        int Find(Predicate<DataViewType> suits) =>
            inputs.FindIndex(input => input.Schema.GetColumnOrNull(imageColumnName) is { } column && suits(column.Type));

        int place = Find(HasSize);
        if (place < 0)
            place = Find(type => type is ImageDataViewType);
        if (place < 0)
            place = Find(_ => true);
        if (place >= 0)
            return place;

        string[] candidates =
        [
            .. inputs.SelectMany(input => input.Schema).Where(column => !column.IsHidden && (column.Type is ImageDataViewType || HasSize(column.Type)))
                .Select(column => $"'{column.Name}'").Distinct(),
        ];
        throw new ArgumentException(
            $"Neither the test data nor the outputs of the model's steps have a column '{imageColumnName}' that a trigger can be stamped on. "
            + (candidates.Length == 0 ? "There are no image columns." : $"The image columns are {string.Join(", ", candidates)}."),
            nameof(imageColumnName));
    }

    private static bool HasSize(DataViewType type) => type is ImageDataViewType { Height: > 0, Width: > 0 } || ImageColumn.ShapeOf(type) is not null;

    // Data is never poisoned while it is measured, not even the data that the model was trained on.
    private static IDataView Apply(ITransformer step, IDataView input) =>
        step is MarkPoisonedTransformer mark ? mark.MarkNone(input) : step.Transform(input);

    private static IEnumerable<ITransformer> Flatten(ITransformer model) => model is ITransformerChainAccessor chain
        ? chain.Transformers.Zip(chain.Scopes).Where(step => (step.Second & TransformerScope.Scoring) != 0).SelectMany(step => Flatten(step.First))
        : [model];
}
