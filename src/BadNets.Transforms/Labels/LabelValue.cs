using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace BadNets.Transforms;

/// <summary>
/// A class label, named by its value, such as the digit <c>1</c> or the text <c>"cat"</c>, and never by the raw index of a key. Numbers, Booleans,
/// and strings convert implicitly. Two labels are equal if their text in the invariant culture is the same, so 1, 1.0f, and <c>"1"</c> name the same
/// class, but <c>"01"</c> and <c>"1.0"</c> name different classes.
/// </summary>
public readonly struct LabelValue : IEquatable<LabelValue>
{
    private readonly string? _text;

    /// <summary>Creates a label from its text.</summary>
    /// <param name="text">The label, spelled as in a text column.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    public LabelValue(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
    }

    /// <summary>Converts text to a label.</summary>
    /// <param name="text">The label, spelled as in a text column.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    /// <returns>The label.</returns>
    public static implicit operator LabelValue(string text) => new(text);

    /// <summary>Converts a Boolean to the label <c>True</c> or <c>False</c>.</summary>
    /// <param name="value">The Boolean.</param>
    /// <returns>The label.</returns>
    public static implicit operator LabelValue(bool value) => From(value);

    /// <summary>Converts a number to a label.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The label.</returns>
    public static implicit operator LabelValue(ushort number) => From(number);

    /// <summary>Converts a number to a label.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The label.</returns>
    public static implicit operator LabelValue(uint number) => From(number);

    /// <summary>Converts a number to a label.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The label.</returns>
    public static implicit operator LabelValue(ulong number) => From(number);

    /// <summary>Converts a number to a label.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The label.</returns>
    public static implicit operator LabelValue(int number) => From(number);

    /// <summary>Converts a number to a label.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The label.</returns>
    public static implicit operator LabelValue(long number) => From(number);

    /// <summary>Converts a number to a label.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The label.</returns>
    public static implicit operator LabelValue(float number) => From(number);

    /// <summary>Converts a number to a label.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The label.</returns>
    public static implicit operator LabelValue(double number) => From(number);

    /// <summary>Determines whether two labels are equal.</summary>
    /// <param name="left">The first label.</param>
    /// <param name="right">The second label.</param>
    /// <returns><see langword="true"/> if the labels are equal; otherwise, <see langword="false"/>.</returns>
    public static bool operator ==(LabelValue left, LabelValue right) => left.Equals(right);

    /// <summary>Determines whether two labels are different.</summary>
    /// <param name="left">The first label.</param>
    /// <param name="right">The second label.</param>
    /// <returns><see langword="true"/> if the labels are different; otherwise, <see langword="false"/>.</returns>
    public static bool operator !=(LabelValue left, LabelValue right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(LabelValue other) => string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is LabelValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Returns the text of the label.</summary>
    /// <returns>The text, in the invariant culture.</returns>
    public override string ToString() => _text ?? "";

    internal static LabelValue From<T>(T value) where T : notnull => value switch
    {
        float number => new(TextOf(number) ?? Text(number)),
        double number => new(TextOf(number) ?? Text(number)),
        _ => new(Text(value)),
    };

    /// <summary>Returns the text of a value in the invariant culture.</summary>
    internal static string Text<T>(T value) => string.Create(CultureInfo.InvariantCulture, $"{value}");

    // Whole numbers have the same text in all types. By default, a Single is formatted as 1E+07, and −0 has a sign.
    private static string? TextOf(double number) =>
        number == 0 ? "0" : Math.Abs(number) <= ulong.MaxValue && double.IsInteger(number) ? number.ToString("F0", CultureInfo.InvariantCulture) : null;
}
