using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using BadNets.Samples.Errors;
using BadNets.Samples.Reporting;
using BadNets.Samples.Store;
using CsvHelper;

namespace BadNets.Samples.Tests.Documentation;

/// <summary>The reference pages say what the program has.</summary>
[TestClass]
public sealed partial class DocumentedOptionsTests
{
    private const string Page = "docs/reference/program.md";
    private const string Marker = "<!-- DocumentedOptionsTests writes what follows. -->\n";

    /// <summary>With BADNETS_WRITE_DOCS=1, this writes the page instead.</summary>
    [TestMethod]
    public async Task The_program_page_is_what_help_says()
    {
        string text = new DocumentationPage(Page).Text;
        int at = text.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length;
        string help = await HelpAsync();

        if (Environment.GetEnvironmentVariable("BADNETS_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Repository.In(Page.Split('/')), text[..at] + help);
            return;
        }

        Assert.AreEqual(WithoutLineBreaks(help), WithoutLineBreaks(text[at..]), "Set BADNETS_WRITE_DOCS=1 and run this test to write the page again.");
    }

    [TestMethod]
    [DataRow("cells/ID/epochs.csv", typeof(EpochRow))]
    [DataRow("summary.csv", typeof(SummaryRow))]
    [DataRow("comparison.csv", typeof(ComparisonRow))]
    public void The_results_page_describes_each_column(string file, Type row)
    {
        string text = new DocumentationPage("docs/reference/results-folder.md").Text;
        string section = text[text.IndexOf($"## `{file}`", StringComparison.Ordinal)..];
        string[] described = [.. TableRow().Matches(section[..(section.IndexOf("\n## ", StringComparison.Ordinal))]).Select(match => match.Groups["name"].Value)];

        string[] columns = [.. row.GetProperties().Select(property => property.GetCustomAttributesData().FirstOrDefault(data => data.AttributeType.Name == "CsvColumnAttribute")).OfType<CustomAttributeData>().Select(data => (string)data.ConstructorArguments[0].Value!)];

        CollectionAssert.AreEqual(columns, described);
    }

    [TestMethod]
    public void The_program_page_has_all_exit_codes()
    {
        int[] codes = [.. typeof(ExitCode).GetFields().Select(field => (int)field.GetRawConstantValue()!)];
        int[] described = [.. ExitCodeRow().Matches(new DocumentationPage(Page).Text).Select(match => int.Parse(match.Groups["code"].Value))];

        CollectionAssert.AreEquivalent(codes, described);
    }

    private static async Task<string> HelpAsync()
    {
        var page = new StringBuilder();
        string root = await HelpAsync([]);
        foreach (string command in CommandRow().Matches(SectionsOfCommands().Replace(root, "")).Select(match => match.Groups["name"].Value).Distinct())
            page.Append($"\n## {command}\n\n```text\n{await HelpAsync([command])}\n```\n");
        return page.ToString();
    }

    private static async Task<string> HelpAsync(string[] command)
    {
        var outcome = await SampleRuns.RunAsync([.. command, "--help"], new StringWriter(), CancellationToken.None);
        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        string help = outcome.Output.ReplaceLineEndings("\n").Trim();
        // How the program was started and how many cores there are differ.
        return OfThisMachine().Replace(Examples().Replace(help, ""), "");
    }

    private static string WithoutLineBreaks(string text) => Spaces().Replace(text, " ").Trim();

    [GeneratedRegex(@"^(Examples|Usage|Options|Help):\n(.+\n?)*", RegexOptions.Multiline)]
    private static partial Regex SectionsOfCommands();

    [GeneratedRegex(@"^  (?<name>[a-z][a-z0-9-]+)\b", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CommandRow();

    [GeneratedRegex(@"^Examples:\n(.+\n)*\n", RegexOptions.Multiline)]
    private static partial Regex Examples();

    [GeneratedRegex(@",\s+here\s+\d+")]
    private static partial Regex OfThisMachine();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^\| `(?<name>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^\| (?<code>\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ExitCodeRow();
}
