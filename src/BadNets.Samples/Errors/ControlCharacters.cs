using System.Globalization;
using System.Text;

namespace BadNets.Samples.Errors;

/// <summary>Escapes control and invisible characters, because names and messages can come from untrusted sources.</summary>
static class ControlCharacters
{
    /// <summary>Replaces each control or invisible character with its code. For example, an escape character becomes <c>\u001b</c>.</summary>
    public static string Show(string text) => Show(text, except: "");

    /// <summary>Does the same as <see cref="Show(string)"/>, but keeps tabs and line breaks.</summary>
    public static string ShowInLines(string text) => Show(text, except: "\t\r\n");

    public static bool AreIn(string text) => text.Any(IsHidden);

    private static string Show(string text, string except)
    {
        if (!AreIn(text))
            return text;
        var shown = new StringBuilder(text.Length + 16);
        foreach (char character in text)
        {
            if (IsHidden(character) && !except.Contains(character, StringComparison.Ordinal))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                shown.Append(character);
        }

        return shown.ToString();
    }

    // Format characters change the direction of the surrounding text, or have no width.
    private static bool IsHidden(char character) => char.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
