namespace BadNets.Samples.Reporting;

/// <summary>Parts of sentences.</summary>
static class Sentences
{
    private const int MostNamed = 8;

    /// <summary>Things between semicolons, or the first of them and how many more there are.</summary>
    public static string List(IReadOnlyCollection<string> things) =>
        $"{string.Join("; ", things.Take(MostNamed))}{(things.Count > MostNamed ? FormattableString.Invariant($"; and {things.Count - MostNamed} more") : "")}";

    /// <summary>A number with its noun: <c>1 run</c>, <c>2 runs</c>.</summary>
    public static string Count(int number, string noun) => FormattableString.Invariant($"{number} {noun}{(number == 1 ? "" : "s")}");
}
