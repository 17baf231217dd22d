using System.Numerics;

namespace BadNets.Transforms;

/// <summary>Labels that are keys with key values; the raw value is the one-based position among them, zero is "missing".</summary>
sealed class KeyLabelType<T>(IReadOnlyList<LabelValue> values) : TypedLabelType<T> where T : IBinaryInteger<T>
{
    public override IReadOnlyList<LabelValue> Values => values;

    protected override bool TryParse(LabelValue label, out T value)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i] == label)
            {
                value = T.CreateChecked(i + 1);
                return true;
            }
        }

        value = T.Zero;
        return false;
    }
}
