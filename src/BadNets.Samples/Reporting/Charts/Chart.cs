using BadNets.Samples.Drawing;

namespace BadNets.Samples.Reporting;

/// <summary>A chart as data. It is drawn twice: as a file, and by the page's script.</summary>
/// <param name="Name">The name of its files.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Caption">What to see in it, and what is not in it.</param>
abstract record Chart(string Name, string Title, string Caption)
{
    /// <summary>Which runs it shows, for files, which have no page around them.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>The size of the files.</summary>
    public double Width { get; init; } = PlotStyle.Width;

    public double Height { get; init; } = PlotStyle.Height;

    /// <summary>Its data as a table: the names of the columns, and the rows.</summary>
    public abstract (IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) ToTable();
}
