using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace BadNets.Transforms;

/// <summary>
/// A class label, named by its value: the digit <c>1</c>, the text <c>"cat"</c>; never a key's raw index. Numbers and texts convert
/// implicitly. Two label values are equal when they read the same in the invariant culture, so 1, 1.0f, and <c>"1"</c> name the same class, but
/// <c>"01"</c> and <c>"1.0"</c> name different classes.
/// </summary>
public readonly struct LabelValue : IEquatable<LabelValue>
{
    private readonly string? _text;

    /// <summary>Names a label by its text.</summary>
    /// <param name="text">The label, as a text column spells it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public LabelValue(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
    }

    /// <summary>Names a label by its text.</summary>
    public static implicit operator LabelValue(string text) => new(text);

    /// <summary>Names a label by its truth value: <c>True</c> or <c>False</c>.</summary>
    public static implicit operator LabelValue(bool value) => From(value);

    /// <summary>Names a label by its number.</summary>
    public static implicit operator LabelValue(ushort number) => From(number);

    /// <summary>Names a label by its number.</summary>
    public static implicit operator LabelValue(uint number) => From(number);

    /// <summary>Names a label by its number.</summary>
    public static implicit operator LabelValue(ulong number) => From(number);

    /// <summary>Names a label by its number.</summary>
    public static implicit operator LabelValue(int number) => From(number);

    /// <summary>Names a label by its number.</summary>
    public static implicit operator LabelValue(long number) => From(number);

    /// <summary>Names a label by its number.</summary>
    public static implicit operator LabelValue(float number) => From(number);

    /// <summary>Names a label by its number.</summary>
    public static implicit operator LabelValue(double number) => From(number);

    /// <summary>Whether two values name the same label.</summary>
    public static bool operator ==(LabelValue left, LabelValue right) => left.Equals(right);

    /// <summary>Whether two values name different labels.</summary>
    public static bool operator !=(LabelValue left, LabelValue right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(LabelValue other) => string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is LabelValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The label as text, in the invariant culture.</summary>
    public override string ToString() => _text ?? "";

    internal static LabelValue From<T>(T value) where T : notnull => value switch
    {
        float number => new(TextOf(number) ?? Text(number)),
        double number => new(TextOf(number) ?? Text(number)),
        _ => new(Text(value)),
    };

    /// <summary>The value's own text in the invariant culture.</summary>
    internal static string Text<T>(T value) => string.Create(CultureInfo.InvariantCulture, $"{value}");

    // Whole numbers read alike in all types: a Single writes 10,000,000 as 1E+07, and −0 has a sign.
    private static string? TextOf(double number) =>
        number == 0 ? "0" : Math.Abs(number) <= ulong.MaxValue && double.IsInteger(number) ? number.ToString("F0", CultureInfo.InvariantCulture) : null;
}
