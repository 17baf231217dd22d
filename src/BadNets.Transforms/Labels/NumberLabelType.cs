using System.Globalization;

namespace BadNets.Transforms;

/// <summary>Labels that are numbers or Booleans.</summary>
sealed class NumberLabelType<T> : TypedLabelType<T> where T : IParsable<T>
{
    public override IReadOnlyList<LabelValue>? Values => null;

    // A text is a label of the column only if it equals the label of the parsed value, so that all components accept the same labels. This excludes
    // "1.0", "1,000", and numbers that the type would round. The plain text of the value is also accepted, because earlier versions saved it.
    protected override bool TryParse(LabelValue label, out T value)
    {
        string text = label.ToString();
        return T.TryParse(text, CultureInfo.InvariantCulture, out value!) && (LabelValue.From(value) == label || LabelValue.Text(value) == text);
    }
}
