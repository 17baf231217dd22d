using System.Text.RegularExpressions;

namespace BadNets.Samples.Tests.Documentation;

/// <summary>A Markdown file of the repository.</summary>
/// <param name="Name">Its path below the repository's folder, with slashes.</param>
sealed partial record DocumentationPage(string Name)
{
    public string Text { get; } = File.ReadAllText(Repository.In(Name.Split('/'))).ReplaceLineEndings("\n");

    /// <summary>The text without its code.</summary>
    public string Prose => InlineCode().Replace(Fence().Replace(Text, ""), "");

    /// <summary>All pages, except those in folders that the build or the tests write.</summary>
    public static IEnumerable<DocumentationPage> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.In(), "*.md", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(path => Path.GetRelativePath(Repository.In(), path).Replace('\\', '/'))
            .Where(name => !name.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or ".git" || part.StartsWith("results", StringComparison.Ordinal) && !name.StartsWith("docs/", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .Select(name => new DocumentationPage(name)),
    ];

    /// <summary>The blocks of code in a language; empty: those without one.</summary>
    public IEnumerable<string> Blocks(string language) =>
        Fence().Matches(Text).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["code"].Value);

    [GeneratedRegex("^ *```(?<language>[a-z]*)\n(?<code>.*?)^ *```$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex InlineCode();
}
