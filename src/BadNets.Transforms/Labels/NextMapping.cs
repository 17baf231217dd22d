using Microsoft.ML;

namespace BadNets.Transforms;

/// <summary>Each label becomes the next class.</summary>
sealed class NextMapping : LabelMapping
{
    public const string KindName = "next";

    private protected override string KindInFile => KindName;

    public override bool Equals(LabelMapping? other) => other is NextMapping;

    public override int GetHashCode() => 1;

    public override string ToString() => "each → next";

    internal override void Check(DataViewSchema.Column column, LabelType type)
    {
        if (type.Values is null)
        {
            throw new ArgumentException(
                $"LabelMapping.Next needs the order of the classes, but column '{column.Name}' of type {column.Type} has none. Use a key with key values (created by MapValueToKey), or LabelMapping.Of.");
        }
    }

    internal override IEnumerable<(LabelValue From, LabelValue To)> Pairs(IReadOnlyList<LabelValue> classes) =>
        classes.Select((label, i) => (label, classes[(i + 1) % classes.Count]));

    private protected override void Write(BinaryWriter writer)
    {
    }
}
