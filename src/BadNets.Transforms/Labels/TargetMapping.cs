using Microsoft.ML;

namespace BadNets.Transforms;

/// <summary>Every label becomes the same label.</summary>
sealed class TargetMapping(LabelValue target) : LabelMapping
{
    public const string KindName = "to";

    public override LabelValue? TargetLabel => target;

    private protected override string KindInFile => KindName;

    public static TargetMapping Read(BinaryReader reader) => new(new ModelReader(reader).ReadText());

    public override bool Equals(LabelMapping? other) => other is TargetMapping && other.TargetLabel == target;

    public override int GetHashCode() => target.GetHashCode();

    public override string ToString() => $"all → {target}";

    internal override void Check(DataViewSchema.Column column, LabelType type) => LabelColumn.CheckHolds(column, type, target);

    internal override IEnumerable<(LabelValue From, LabelValue To)> Pairs(IReadOnlyList<LabelValue> classes) => classes.Select(label => (label, target));

    private protected override void Write(BinaryWriter writer) => writer.Write(target.ToString());
}
