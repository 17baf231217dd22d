using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BadNets.Samples.Drawing;

namespace BadNets.Samples.Reporting;

/// <summary>The charts on a page: a static drawing of each, which the page's script replaces, and the data that it needs.</summary>
sealed class PageCharts(PageRuns runs)
{
    // So that a page with very many charts opens quickly.
    private const int MostDrawings = 40;

    private readonly JsonArray _data = [];

    /// <summary>The data of the charts that were added, as JSON without markup.</summary>
    public string ToJson() => new JsonObject { ["runs"] = new JsonArray([.. runs.Labels.Select(label => JsonValue.Create(label))]), ["charts"] = _data.DeepClone() }.ToJsonString();

    /// <summary>Adds a chart.</summary>
    public void AddTo(StringBuilder page, ReportFigure figure)
    {
        var chart = figure.Chart;
        int number = _data.Count;
        _data.Add(DataOf(chart));
        string drawing = number < MostDrawings
            ? InlineSvg.Of(figure, $"c{number}")
            : $"<p>Without JavaScript, see figures/{Html.Escape(chart.Name)}.svg.</p>";
        page.AppendLine($"<figure class=\"chart\" aria-labelledby=\"c{number}-title\">");
        page.AppendLine($"<figcaption><strong id=\"c{number}-title\">{Html.Escape(chart.Title)}</strong> <span>{Html.Escape(chart.Caption)}</span></figcaption>");
        page.AppendLine(Html.Scrolling(chart.Title, $"<div class=\"drawing\" data-chart=\"{number}\">{drawing}</div>"));
        var (columns, rows) = chart.ToTable();
        string head = string.Concat(columns.Select(column => $"<th scope=\"col\">{Html.Escape(column)}</th>"));
        string body = string.Concat(rows.Select(row => $"<tr><th scope=\"row\">{Html.Escape(row[0])}</th>{string.Concat(row.Skip(1).Select(value => $"<td>{Html.Escape(value)}</td>"))}</tr>"));
        page.AppendLine($"<details><summary>Numbers</summary>{Html.Scrolling($"Numbers: {chart.Title}", $"<table><caption>{Html.Escape(chart.Title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")}</details>");
        page.AppendLine("</figure>");
    }

    private JsonObject DataOf(Chart chart) => chart switch
    {
        SeriesChart series => new JsonObject
        {
            ["kind"] = "series",
            ["x"] = DataOf(series.X),
            ["y"] = DataOf(series.Y),
            ["joined"] = series.IsJoined,
            ["dots"] = series.HasDots,
            ["series"] = new JsonArray([.. series.Series.Select(each => DataOf(each, isEpochs: !series.HasDots))]),
        },
        DotChart dots => new JsonObject
        {
            ["kind"] = "dots",
            ["x"] = DataOf(dots.X),
            ["measures"] = Texts(dots.Measures),
            ["rows"] = new JsonArray([.. dots.Rows.Select(row => new JsonObject
            {
                ["run"] = runs.NumberOf(row.Run),
                ["label"] = row.Label,
                ["values"] = Numbers(row.Values),
                ["published"] = row.Published is { } published ? Number(published) : null,
            })]),
        },
        MapChart map => new JsonObject
        {
            ["kind"] = "map",
            ["down"] = map.Down,
            ["across"] = map.Across,
            ["rows"] = Texts(map.Rows),
            ["columns"] = Texts(map.Columns),
            ["cells"] = new JsonArray([.. map.Cells.Select(cell => new JsonObject
            {
                ["row"] = cell.Row,
                ["column"] = cell.Column,
                ["text"] = cell.Text,
                ["fill"] = cell.Value is { } value ? InlineSvg.Css(PlotStyle.Shade(map.ShareOf(value))) : null,
                ["ink"] = cell.Value is { } number ? InlineSvg.Css(PlotStyle.TextOn(PlotStyle.Shade(map.ShareOf(number)))) : null,
                ["runs"] = Numbers(cell.Runs),
            })]),
        },
        _ => throw new InvalidOperationException($"The page has no charts of the kind {chart.GetType().Name}."),
    };

    private static JsonObject DataOf(ChartAxis axis) => new()
    {
        ["title"] = axis.Title,
        ["least"] = axis.Least,
        ["most"] = axis.Most,
        ["percent"] = axis.IsPercent,
        ["ticks"] = axis.Ticks is { } ticks ? new JsonArray([.. ticks.Select(tick => new JsonArray(tick.At, tick.Text))]) : null,
    };

    // The points of a curve have the same runs, and an epoch is a point's place.
    private JsonObject DataOf(ChartSeries series, bool isEpochs)
    {
        var data = new JsonObject
        {
            ["label"] = series.Label,
            ["runs"] = Numbers(series.Runs),
            ["values"] = Numbers(series.Points.Select(point => point.Value.Mean)),
        };
        if (series.Points.Any(point => point.Value.Count > 1))
        {
            data["low"] = Numbers(series.Points.Select(point => point.Value.Min));
            data["high"] = Numbers(series.Points.Select(point => point.Value.Max));
        }

        if (!isEpochs)
        {
            data["at"] = new JsonArray([.. series.Points.Select(point => JsonValue.Create(point.X))]);
            data["pointRuns"] = new JsonArray([.. series.Points.Select(point => Numbers(point.Runs))]);
        }

        return data;
    }

    private JsonArray Numbers(IEnumerable<PanelRun> all) => new([.. runs.NumbersOf(all).Select(number => JsonValue.Create(number))]);

    private static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(value => Number(value))]);

    // As exact as it is written anywhere.
    private static JsonValue Number(double value) => JsonValue.Create(Math.Round(value, 4));

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
