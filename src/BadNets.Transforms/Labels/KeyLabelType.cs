using System.Numerics;
using Microsoft.ML;

namespace BadNets.Transforms;

/// <summary>
/// Labels in a key column with key values. The raw value is a one-based index into the key values, and zero means that the label is missing.
/// </summary>
sealed class KeyLabelType<T>(IReadOnlyList<LabelValue> values) : TypedLabelType<T> where T : IBinaryInteger<T>
{
    private Dictionary<LabelValue, T>? _keys;

    public override IReadOnlyList<LabelValue> Values => values;

    // The classes usually are the key values themselves, and there can be a million of them.
    public override Func<int> MakeIndexGetter(DataViewRow row, DataViewSchema.Column column, IReadOnlyList<LabelValue> classes)
    {
        if (!values.SequenceEqual(classes))
            return base.MakeIndexGetter(row, column, classes);

        var source = row.GetGetter<T>(column);
        T key = default!;
        return () =>
        {
            source(ref key);
            int index = int.CreateSaturating(key) - 1;
            return index < values.Count ? index : -1;
        };
    }

    protected override bool TryParse(LabelValue label, out T value)
    {
        _keys ??= MakeKeys();
        return _keys.TryGetValue(label, out value!);
    }

    private Dictionary<LabelValue, T> MakeKeys()
    {
        var keys = new Dictionary<LabelValue, T>(values.Count);
        for (int i = 0; i < values.Count; i++)
            keys.TryAdd(values[i], T.CreateChecked(i + 1));
        return keys;
    }
}
