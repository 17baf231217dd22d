using System.Globalization;

namespace BadNets.Transforms;

/// <summary>Labels that are numbers or Booleans.</summary>
sealed class NumberLabelType<T> : TypedLabelType<T> where T : IParsable<T>
{
    public override IReadOnlyList<LabelValue>? Values => null;

    // Thousands separators and blanks are not for labels ("1,5" would name 15), and a number too large for the type is not infinity.
    protected override bool TryParse(LabelValue label, out T value)
    {
        string text = label.ToString();
        return T.TryParse(text, CultureInfo.InvariantCulture, out value!)
            && !text.AsSpan().ContainsAny(',', ' ')
            && (value is not (float or double) || double.IsInfinity(Convert.ToDouble(value, CultureInfo.InvariantCulture)) == text.Contains("Infinity", StringComparison.Ordinal));
    }
}
