using System.Net;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Reporting;

/// <summary>Text as part of a page.</summary>
static class Html
{
    /// <summary>Any text. Control characters are not allowed in HTML.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(ControlCharacters.Show(text));

    /// <summary>A resource of the program.</summary>
    public static string Resource(string name)
    {
        using var stream = typeof(Html).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"'{name}' is not in the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }

    /// <summary>Commands that can be copied, one a line. A line does not break inside an option.</summary>
    public static string Commands(IEnumerable<string> commands) =>
        $"<div class=\"command\"><pre><code>{string.Join('\n', commands.Select(command => string.Join(' ', command.Split(' ').Select(word => $"<span>{Escape(word)}</span>"))))}</code></pre></div>";

    /// <summary>A table in a region of its own, which scrolls where the page is too narrow.</summary>
    /// <param name="name">The name of the region.</param>
    /// <param name="table">The table.</param>
    public static string Scrolling(string name, string table) => $"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{Escape(name)}\">{table}</div>";
}
