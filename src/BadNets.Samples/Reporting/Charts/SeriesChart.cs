namespace BadNets.Samples.Reporting;

/// <summary>Series of values over an axis, for example over epochs.</summary>
sealed record SeriesChart(string Name, string Title, string Caption, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series) : Chart(Name, Title, Caption)
{
    private const int MostRows = 13;

    /// <summary>Whether a line joins the points of a series. Names have no order that a line could follow.</summary>
    public bool IsJoined { get; init; } = true;

    /// <summary>Whether points are few enough to be seen one by one.</summary>
    public bool HasDots { get; init; }

    public override (IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) ToTable()
    {
        double[] places = [.. Series.SelectMany(series => series.Points).Select(point => point.X).Distinct().Order()];
        // A curve's table shows its course; the CSV files have every epoch.
        int step = (places.Length + MostRows - 2) / (MostRows - 1);
        IEnumerable<double> shown = X.Ticks is not null || places.Length <= MostRows ? places : places.Where((_, index) => index % step == 0 || index == places.Length - 1);
        var values = Series.Select(series => series.Points.ToDictionary(point => point.X, point => point.Value)).ToArray();
        return (
            [X.Title, .. Series.Select(series => series.Label.Length > 0 ? series.Label : Y.Title)],
            [.. shown.Select(place => (IReadOnlyList<string>)[NameOf(place), .. values.Select(series => series.TryGetValue(place, out var value) ? TextOf(value) : "")])]);
    }

    private string NameOf(double place) => X.Ticks?.FirstOrDefault(tick => tick.At == place)?.Text ?? FormattableString.Invariant($"{place}");

    private string TextOf(Spread value) => value.Count > 1 ? $"{Y.TextOf(value.Mean)} ({Y.TextOf(value.Min)} to {Y.TextOf(value.Max)})" : Y.TextOf(value.Mean);
}
