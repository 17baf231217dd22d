using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>The classes of a model: their number, and the type and values of their labels, if the training labels had values.</summary>
sealed class ClassLabels : IEquatable<ClassLabels>
{
    private static readonly LabelType Text = LabelType.Of(TextDataViewType.Instance)!;

    // Both are null for a key without key values.
    private readonly LabelType? _type;

    private ClassLabels(int count, LabelType? type, IReadOnlyList<LabelValue>? values)
    {
        Count = count;
        _type = type;
        Values = values;
    }

    public int Count { get; }

    public IReadOnlyList<LabelValue>? Values { get; }

    public static ClassLabels Of(DataViewSchema.Column label)
    {
        int count = checked((int)((KeyDataViewType)label.Type).Count);
        var valuesType = label.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type as VectorDataViewType;
        return LabelType.ReadAnnotation(label, AnnotationUtils.Kinds.KeyValues) is { } values && values.Count == count
            ? new ClassLabels(count, LabelType.Of(valuesType!.ItemType), values)
            : new ClassLabels(count, null, null);
    }

    /// <summary>Creates classes whose labels are text.</summary>
    public static ClassLabels Of(IReadOnlyList<LabelValue> labels) => new(labels.Count, Text, [.. labels]);

    /// <summary>The values of the labels, or the zero-based numbers of the classes if the labels have no values.</summary>
    public IReadOnlyList<LabelValue> Names => Values ?? [.. Enumerable.Range(0, Count).Select(i => (LabelValue)i)];

    public DataViewSchema.DetachedColumn MakeScoreColumn(string name)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        if (Values is not null)
        {
            Text.AddAnnotation(annotations, AnnotationUtils.Kinds.SlotNames, Values);
            _type!.AddAnnotation(annotations, AnnotationUtils.Kinds.TrainingLabelValues, Values);
        }

        AddText(annotations, AnnotationUtils.Kinds.ScoreColumnKind, AnnotationUtils.Const.ScoreColumnKind.MulticlassClassification);
        AddText(annotations, AnnotationUtils.Kinds.ScoreValueKind, AnnotationUtils.Const.ScoreValueKind.Probability);
        return new DataViewSchema.DetachedColumn(name, new VectorDataViewType(NumberDataViewType.Single, Count), annotations.ToAnnotations());
    }

    public DataViewSchema.DetachedColumn MakePredictedLabelColumn(string name)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        if (Values is not null)
            _type!.AddAnnotation(annotations, AnnotationUtils.Kinds.KeyValues, Values);
        return new DataViewSchema.DetachedColumn(name, new KeyDataViewType(typeof(uint), Count), annotations.ToAnnotations());
    }

    public static SchemaShape ScoreAnnotations(SchemaShape.Column label)
    {
        var annotations = new List<SchemaShape.Column>();
        if (FindKeyValues(label) is { } values)
        {
            annotations.Add(Vector(AnnotationUtils.Kinds.SlotNames, TextDataViewType.Instance));
            annotations.Add(Vector(AnnotationUtils.Kinds.TrainingLabelValues, values.ItemType));
        }

        foreach (string kind in (ReadOnlySpan<string>)[AnnotationUtils.Kinds.ScoreColumnKind, AnnotationUtils.Kinds.ScoreValueKind])
            annotations.Add(new SchemaShape.Column(kind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false));
        return new SchemaShape(annotations);
    }

    public static SchemaShape PredictedLabelAnnotations(SchemaShape.Column label) => new(
        FindKeyValues(label) is { } values ? [Vector(AnnotationUtils.Kinds.KeyValues, values.ItemType)] : []);

    public void Write(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.Write((byte)(_type?.ItemType.GetRawKind() ?? 0));
        foreach (var value in Values ?? [])
            writer.Write(value.ToString());
    }

    public static ClassLabels Read(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        var kind = (InternalDataKind)reader.ReadByte();
        if (count < 1)
            throw new InvalidDataException($"The model file is damaged: it claims to have {count} classes.");
        if (kind == 0)
            return new ClassLabels(count, null, null);

        var type = Enum.IsDefined(kind) && kind != InternalDataKind.UG ? LabelType.Of(ColumnTypeExtensions.PrimitiveTypeFromKind(kind)) : null;
        if (type is null || count > reader.BaseStream.Length - reader.BaseStream.Position)
            throw new InvalidDataException("The model file is damaged: its class labels cannot be read.");
        var values = new LabelValue[count];
        var texts = new ModelReader(reader);
        for (int i = 0; i < count; i++)
        {
            values[i] = texts.ReadText();
            if (!type.CanHold(values[i]))
                throw new InvalidDataException($"The model file is damaged: the class label '{values[i]}' is not of type {type.ItemType}.");
        }

        return new ClassLabels(count, type, values);
    }

    public bool Equals(ClassLabels? other) =>
        other is not null && Count == other.Count && (Values ?? []).SequenceEqual(other.Values ?? []);

    public override bool Equals(object? obj) => Equals(obj as ClassLabels);

    public override int GetHashCode() => Count;

    private static SchemaShape.Column? FindKeyValues(SchemaShape.Column label) =>
        label.Annotations.TryFindColumn(AnnotationUtils.Kinds.KeyValues, out var values) && values.Kind == SchemaShape.Column.VectorKind.Vector
            && LabelType.Of(values.ItemType) is not null ? values : null;

    private static SchemaShape.Column Vector(string kind, DataViewType itemType) => new(kind, SchemaShape.Column.VectorKind.Vector, itemType, false);

    private static void AddText(DataViewSchema.Annotations.Builder annotations, string kind, string text) =>
        annotations.Add(kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());
}
