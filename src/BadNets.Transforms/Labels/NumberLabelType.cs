using System.Globalization;

namespace BadNets.Transforms;

/// <summary>Labels that are numbers or Booleans.</summary>
sealed class NumberLabelType<T> : TypedLabelType<T> where T : IParsable<T>
{
    public override IReadOnlyList<LabelValue>? Values => null;

    // Only what equals the value's own label is a label of the column, so that all components accept the same ones: not "1.0", "1,000", or a number that
    // the type would round. The value's plain text is what earlier versions saved.
    protected override bool TryParse(LabelValue label, out T value)
    {
        string text = label.ToString();
        return T.TryParse(text, CultureInfo.InvariantCulture, out value!) && (LabelValue.From(value) == label || LabelValue.Text(value) == text);
    }
}
