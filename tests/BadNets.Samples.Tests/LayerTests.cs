using System.Text.RegularExpressions;
using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests;

/// <summary>
/// The folders of a project depend on each other in one direction. A folder depends on another if one of its files names a type of the other.
/// Comments and strings do not count. Types with the same name are ignored, and classes of extension methods are not detected.
/// </summary>
[TestClass]
public sealed partial class LayerTests
{
    [TestMethod]
    [DataRow("BadNets.Transforms", "Training", "Networks")]
    [DataRow("BadNets.Transforms", "Poisoning", "Triggers")]
    [DataRow("BadNets.Transforms", "Evaluation", "Labels")]
    [DataRow("BadNets.Samples", "Running", "Store")]
    [DataRow("BadNets.Samples", "Store", "Experiments")]
    [DataRow("BadNets.Samples", "Commands", "Running")]
    [DataRow("BadNets.Samples", "Reporting", "Store")]
    public void Folders_do_not_depend_on_each_other_circularly(string project, string user, string used)
    {
        var uses = UsesIn(Repository.In("src", project));

        // An empty graph would have no cycles either.
        Assert.IsTrue(uses.ContainsKey((user, used)), $"{user} does not use {used}.");
        Assert.IsEmpty(CircleIn(uses));
    }

    [TestMethod]
    public void A_report_reads_the_store_and_starts_nothing()
    {
        var uses = UsesIn(Repository.In("src", "BadNets.Samples"));

        Assert.IsFalse(uses.ContainsKey(("Reporting", "Running")));
        Assert.IsFalse(uses.ContainsKey(("Reporting", "Commands")));
        Assert.IsFalse(uses.ContainsKey(("Experiments", "Store")));
    }

    [TestMethod]
    public void A_circle_is_found()
    {
        using var folder = new TemporaryFolder();
        void Write(string room, string code)
        {
            Directory.CreateDirectory(folder.In(room));
            File.WriteAllText(folder.In(room, "Code.cs"), code);
        }

        Write("A", "sealed class First { Second? _next; }");
        Write("B", "sealed class Second { string _text = \"First Third\"; /* First */ } // First");
        Write("C", "sealed class Third { Second? _next; }");
        Assert.IsEmpty(CircleIn(UsesIn(folder.Path)));

        Write("B", "sealed class Second { Third? _next; }");

        CollectionAssert.AreEquivalent(new[] { "B", "C" }, CircleIn(UsesIn(folder.Path)).ToArray());
    }

    private static Dictionary<(string User, string Used), string> UsesIn(string source)
    {
        var files = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Room: Path.GetRelativePath(source, path).Replace('\\', '/').Split('/')[..^1].FirstOrDefault(""), Path: path))
            .Where(file => file.Room is not ("bin" or "obj"))
            .Select(file => (file.Room, Code: Noise().Replace(File.ReadAllText(file.Path), " ")))
            .ToArray();
        var homes = files.SelectMany(file => Declaration().Matches(file.Code).Select(match => (Name: match.Groups["name"].Value, file.Room)))
            .GroupBy(type => type.Name, type => type.Room)
            .Where(rooms => rooms.Distinct().Count() == 1)
            .ToDictionary(rooms => rooms.Key, rooms => rooms.First(), StringComparer.Ordinal);
        var uses = new Dictionary<(string, string), string>();
        foreach (var (room, code) in files)
        {
            foreach (string word in Word().Matches(code).Select(match => match.Value))
            {
                if (homes.TryGetValue(word, out string? home) && home != room)
                    uses.TryAdd((room, home), word);
            }
        }

        return uses;
    }

    /// <summary>
    /// Returns the folders in or between cycles, which remain after repeatedly removing folders without dependencies or without dependents.
    /// </summary>
    private static List<string> CircleIn(Dictionary<(string User, string Used), string> uses)
    {
        var left = uses.Keys.ToList();
        while (left.RemoveAll(use => left.All(other => other.User != use.Used) || left.All(other => other.Used != use.User)) > 0)
        {
        }

        return [.. left.Select(use => use.User).Distinct()];
    }

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/|\$?@?""(?:\\.|""""|[^""\\\n])*""", RegexOptions.Singleline)]
    private static partial Regex Noise();

    [GeneratedRegex(@"^(?:[a-z]+ )*?(?:class|struct|record(?: class| struct)?|interface|enum|delegate [\w<>\[\],?. ]+?) (?<name>[A-Z]\w*)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"(?<![.\w])[A-Z]\w*")]
    private static partial Regex Word();
}
