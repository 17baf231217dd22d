namespace BadNets.Samples.Reporting;

/// <summary>A number for each pair of values of two axes.</summary>
/// <param name="Name">The name of its files.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Caption">What to see in it.</param>
/// <param name="Down">The title of the rows.</param>
/// <param name="Across">The title of the columns.</param>
/// <param name="Rows">The names of the rows, from the top.</param>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Least">The value of the lightest shade.</param>
/// <param name="Most">The value of the darkest shade.</param>
/// <param name="Cells">The cells.</param>
sealed record MapChart(
    string Name, string Title, string Caption, string Down, string Across, IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, double Least, double Most,
    IReadOnlyList<MapCell> Cells) : Chart(Name, Title, Caption)
{
    /// <summary>The depth of a value's shade, from 0 to 1.</summary>
    public double ShareOf(double value) => (value - Least) / (Most - Least);

    public override (IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) ToTable() => (
        [$"{Down} \\ {Across}", .. Columns],
        [
            .. Rows.Select((name, row) => (IReadOnlyList<string>)
            [
                name, .. Columns.Select((_, column) => Cells.FirstOrDefault(cell => cell.Row == row && cell.Column == column)?.Text.Replace('\n', ' ') ?? ""),
            ]),
        ]);
}
