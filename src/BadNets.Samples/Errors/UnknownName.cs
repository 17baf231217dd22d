namespace BadNets.Samples.Errors;

/// <summary>The sentences for a name that is not among the known ones.</summary>
static class UnknownName
{
    private const int ShortestPrefix = 3;

    /// <summary>A sentence with the known name that was probably meant, or with all known names.</summary>
    /// <param name="kind">What the name is of, for example <c>recipe</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="known">The known names.</param>
    /// <param name="owner">What has such a name, for example <c>attack.mapping</c>; null: nothing in particular.</param>
    public static string Sentence(string kind, string name, IReadOnlyList<string> known, string? owner = null) =>
        $"Unknown {kind} '{name}'{(owner is null ? "" : $" of '{owner}'")}. {(Closest(name, known) is { } closest ? $"Did you mean '{closest}'?" : $"Expected {Either([.. known.Select(each => $"'{each}'")])}.")}";

    /// <summary>The known name that was probably meant, or null.</summary>
    public static string? Closest(string name, IEnumerable<string> known) => known
        .Select(each => (Name: each, Distance: each.Length > name.Length && name.Length >= ShortestPrefix && each.StartsWith(name, StringComparison.OrdinalIgnoreCase) ? 1 : Distance(name.ToLowerInvariant(), each.ToLowerInvariant())))
        // A third of the letters may be wrong, but not all of them.
        .Where(each => each.Distance <= Math.Max(1, each.Name.TrimStart('-').Length / 3) && each.Distance < each.Name.TrimStart('-').Length)
        .OrderBy(each => each.Distance)
        .Select(each => each.Name)
        .FirstOrDefault();

    /// <summary>Names as a list in a sentence.</summary>
    public static string Either(IReadOnlyList<string> names) => names switch
    {
        [] => "nothing",
        [var only] => only,
        [var one, var other] => $"{one} or {other}",
        _ => $"{string.Join(", ", names.Take(names.Count - 1))}, or {names[^1]}",
    };

    // Insertions, deletions, replacements, and swaps of neighbors (optimal string alignment).
    private static int Distance(string one, string other)
    {
        var rows = new int[one.Length + 1, other.Length + 1];
        for (int i = 0; i <= one.Length; i++)
            rows[i, 0] = i;
        for (int j = 0; j <= other.Length; j++)
            rows[0, j] = j;
        for (int i = 1; i <= one.Length; i++)
        {
            for (int j = 1; j <= other.Length; j++)
            {
                int replaced = rows[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, replaced);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[one.Length, other.Length];
    }
}
