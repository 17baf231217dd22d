namespace BadNets.Samples.Reporting;

/// <summary>A row for each run, with a dot for each number.</summary>
/// <param name="Name">The name of its files.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Caption">What to see in it.</param>
/// <param name="X">The axis of all numbers.</param>
/// <param name="Measures">What the dots are.</param>
/// <param name="Rows">The rows, from the top.</param>
sealed record DotChart(string Name, string Title, string Caption, ChartAxis X, IReadOnlyList<string> Measures, IReadOnlyList<DotRow> Rows) : Chart(Name, Title, Caption)
{
    public bool HasPublished => Rows.Any(row => row.Published is not null);

    public override (IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) ToTable() => (
        ["Training run", .. Measures, .. HasPublished ? ["Published"] : Array.Empty<string>()],
        [
            .. Rows.Select(row => (IReadOnlyList<string>)
            [
                row.Label, .. row.Values.Select(X.TextOf), .. HasPublished ? [row.Published is { } published ? X.TextOf(published) : ""] : Array.Empty<string>(),
            ]),
        ]);
}
