using System.Text.RegularExpressions;

namespace BadNets.Samples.Tests.Documentation;

/// <summary>Links and images in Markdown files lead somewhere.</summary>
[TestClass]
public sealed partial class LinkTests
{
    [TestMethod]
    public void Links_lead_to_files_and_headings_that_exist()
    {
        string[] broken =
        [
            .. from page in DocumentationPage.All
               from target in Targets(page)
               let fault = FaultOf(page, target)
               where fault is not null
               select $"{page.Name}: {target} {fault}",
        ];

        Assert.HasCount(0, broken, string.Join('\n', broken));
    }

    [TestMethod]
    public void Broken_links_are_found()
    {
        var page = new DocumentationPage("README.md");

        Assert.IsNull(FaultOf(page, "docs/README.md#how-to-guides"));
        Assert.IsNotNull(FaultOf(page, "docs/README.md#no-such-heading"));
        Assert.IsNotNull(FaultOf(page, "docs/NoSuchPage.md"));
        Assert.IsNotNull(FaultOf(page, "docs/Start.md"), "GitHub's file names are case-sensitive.");
        Assert.Contains("docs/images/answers.png", Targets(page).ToArray());
        Assert.Contains("docs/images/answers-dark.png", Targets(page).ToArray());
    }

    [TestMethod]
    public void Every_page_of_the_documentation_can_be_reached_from_its_index()
    {
        var reached = new HashSet<string>();
        var open = new Queue<string>(["docs/README.md"]);
        while (open.TryDequeue(out string? name))
        {
            if (!reached.Add(name))
                continue;
            foreach (string target in Targets(new DocumentationPage(name)).Where(IsLocal))
            {
                string file = Resolve(name, target.Split('#')[0]);
                if (file.EndsWith(".md", StringComparison.Ordinal) && File.Exists(Repository.In(file)))
                    open.Enqueue(file);
                else if (Directory.Exists(Repository.In(file)))
                    reached.UnionWith(Directory.GetFiles(Repository.In(file), "*.md").Select(path => Path.GetRelativePath(Repository.In(), path).Replace('\\', '/')));
            }
        }

        string[] lost = [.. DocumentationPage.All.Select(page => page.Name).Where(name => name.StartsWith("docs/", StringComparison.Ordinal)).Except(reached)];
        Assert.HasCount(0, lost, string.Join('\n', lost));
    }

    private static IEnumerable<string> Targets(DocumentationPage page) =>
        Link().Matches(page.Prose).Select(match => match.Groups["target"].Value);

    private static string? FaultOf(DocumentationPage page, string target)
    {
        if (!IsLocal(target))
            return target.StartsWith("https://", StringComparison.Ordinal) ? null : "is not https";
        string[] parts = target.Split('#', 2);
        string file = parts[0].Length == 0 ? page.Name : Resolve(page.Name, parts[0]);
        if (!Exists(file))
            return "does not exist";
        return parts.Length == 1 || Headings(file).Contains(parts[1]) ? null : "is not a heading";
    }

    private static bool IsLocal(string target) => !Scheme().IsMatch(target);

    private static string Resolve(string page, string target) =>
        Path.GetRelativePath(Repository.In(), Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.In(page))!, target))).Replace('\\', '/').TrimEnd('/');

    // Also where the file system does not distinguish upper and lower case.
    private static bool Exists(string file)
    {
        string path = Repository.In();
        foreach (string part in file.Split('/'))
        {
            if (!Directory.EnumerateFileSystemEntries(path).Any(entry => Path.GetFileName(entry) == part))
                return false;
            path = Path.Combine(path, part);
        }

        return true;
    }

    // As GitHub makes them: lowercase, without punctuation, hyphens for spaces.
    private static IEnumerable<string> Headings(string file) =>
        Heading().Matches(new DocumentationPage(file).Text).Select(match => NotInAnchors().Replace(match.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)|(src|srcset)=""(?<target>[^""]+)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex("^[a-z]+:")]
    private static partial Regex Scheme();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
