using BadNets.Samples.Errors;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Datasets;

/// <summary>The images of some classes of a data set. Their labels are a key with only these classes, so a network for them has no others.</summary>
/// <param name="Whole">The data set.</param>
/// <param name="Classes">The labels of the classes, in their order.</param>
sealed record SomeClasses(Dataset Whole, IReadOnlyList<string> Classes) : Dataset(Whole.Name)
{
    public override bool IsOrderedByClass => Whole.IsOrderedByClass;

    public override IDataView Train(MLContext ml) => Select(ml, Whole.Train(ml));

    public override IDataView Test(MLContext ml) => Select(ml, Whole.Test(ml));

    /// <exception cref="UsageException">The data set does not have one of the classes.</exception>
    private IDataView Select(MLContext ml, IDataView view)
    {
        var named = ml.Transforms.Conversion.MapKeyToValue(nameof(NamedRow.ClassName), "Label")
            .Append(ml.Transforms.Conversion.ConvertType(nameof(NamedRow.ClassName), outputKind: DataKind.String))
            .Fit(view).Transform(view);
        string[] known = [.. named.GetColumn<string>(nameof(NamedRow.ClassName)).Distinct().Order(StringComparer.Ordinal)];
        if (Classes.FirstOrDefault(name => !known.Contains(name)) is { } absent)
            throw new UsageException(UnknownName.Sentence("class", absent, known));
        var kept = ml.Data.FilterByCustomPredicate<NamedRow>(named, row => !Classes.Contains(row.ClassName));
        return ml.Transforms.Conversion.MapValueToKey("Label", nameof(NamedRow.ClassName), keyData: ml.Data.LoadFromEnumerable(Classes.Select(name => new NamedRow { ClassName = name })))
            .Append(ml.Transforms.DropColumns(nameof(NamedRow.ClassName)))
            .Fit(kept).Transform(kept);
    }

    private sealed class NamedRow
    {
        public string ClassName { get; set; } = "";
    }
}
