using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>The base class of all <see cref="LabelType"/> classes for columns with values of type <typeparamref name="T"/>.</summary>
abstract class TypedLabelType<T> : LabelType where T : notnull
{
    /// <summary>Converts a label to a value of the column.</summary>
    protected abstract bool TryParse(LabelValue label, out T value);

    protected virtual IEqualityComparer<T> Comparer => EqualityComparer<T>.Default;

    public override PrimitiveDataViewType ItemType { get; } = ColumnTypeExtensions.PrimitiveTypeFromType(typeof(T));

    public override bool CanHold(LabelValue label) => TryParse(label, out _);

    public override Delegate MakeMappingGetter(DataViewRow row, DataViewSchema.Column column, ValueGetter<bool>? where, LabelMapping mapping) =>
        mapping.TargetLabel is { } target ? MakeReplacingGetter(row, column, where, Parse(target)) : MakeTableGetter(row, column, where, mapping.Pairs(Values ?? []));

    private static ValueGetter<T> MakeReplacingGetter(DataViewRow row, DataViewSchema.Column column, ValueGetter<bool>? where, T replacement)
    {
        if (where is null)
            return (ref T label) => label = replacement;

        var source = row.GetGetter<T>(column);
        bool replace = false;
        return (ref T label) =>
        {
            where(ref replace);
            if (replace)
                label = replacement;
            else
                source(ref label);
        };
    }

    private ValueGetter<T> MakeTableGetter(
        DataViewRow row, DataViewSchema.Column column, ValueGetter<bool>? where, IEnumerable<(LabelValue From, LabelValue To)> pairs)
    {
        var table = new Dictionary<T, T>(Comparer);
        foreach (var (from, to) in pairs)
            table.TryAdd(Parse(from), Parse(to));

        var source = row.GetGetter<T>(column);
        bool isMapped = true;
        return (ref T label) =>
        {
            source(ref label);
            where?.Invoke(ref isMapped);
            if (isMapped && table.TryGetValue(label, out var mapped))
                label = mapped;
        };
    }

    private T Parse(LabelValue label) => TryParse(label, out T value) ? value
        : throw new ArgumentException($"The label '{label}' is not valid for a label column of type {ItemType}.", nameof(label));

    public override Func<bool> MakeMembershipTest(DataViewRow row, DataViewSchema.Column column, IEnumerable<LabelValue> labels)
    {
        var members = new HashSet<T>(Comparer);
        foreach (var label in labels)
        {
            if (TryParse(label, out T member))
                members.Add(member);
        }

        var source = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            source(ref value);
            return members.Contains(value);
        };
    }

    public override Func<int> MakeIndexGetter(DataViewRow row, DataViewSchema.Column column, IReadOnlyList<LabelValue> classes)
    {
        var indices = new Dictionary<T, int>(Comparer);
        for (int i = 0; i < classes.Count; i++)
        {
            if (TryParse(classes[i], out T member))
                indices.TryAdd(member, i);
        }

        var source = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            source(ref value);
            return indices.TryGetValue(value, out int index) ? index : -1;
        };
    }

    protected override IReadOnlyList<LabelValue> ReadAnnotationValues(DataViewSchema.Column column, string kind)
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(kind, ref values);
        return values.DenseValues().Select(LabelValue.From).ToArray();
    }

    public override void AddAnnotation(DataViewSchema.Annotations.Builder annotations, string kind, IReadOnlyList<LabelValue> labels)
    {
        var values = new T[labels.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (!TryParse(labels[i], out values[i]))
                throw new InvalidDataException($"The label '{labels[i]}' is not a value of type {ItemType}.");
        }

        annotations.Add(kind, new VectorDataViewType(ItemType, values.Length), (ref VBuffer<T> buffer) =>
        {
            var editor = VBufferEditor.Create(ref buffer, values.Length);
            values.CopyTo(editor.Values);
            buffer = editor.Commit();
        });
    }
}
