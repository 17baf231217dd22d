using System.Globalization;

namespace BadNets.Transforms;

/// <summary>Labels that are numbers or Booleans.</summary>
sealed class NumberLabelType<T> : TypedLabelType<T> where T : IParsable<T>
{
    public override IReadOnlyList<LabelValue>? Values => null;

    protected override bool TryParse(LabelValue label, out T value) =>
        T.TryParse(label.ToString(), CultureInfo.InvariantCulture, out value!);
}
