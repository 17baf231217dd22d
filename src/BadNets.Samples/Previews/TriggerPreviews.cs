using BadNets.Samples.Datasets;
using BadNets.Samples.Drawing;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Samples.Running;
using BadNets.Samples.Store;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace BadNets.Samples.Previews;

/// <summary>Draws what attacks do to a few test images, without training.</summary>
/// <param name="request">What to draw.</param>
/// <param name="output">The folder for results.</param>
/// <param name="console">Where the first image of each attack is shown.</param>
sealed class TriggerPreviews(PreviewRequest request, string output, IAnsiConsole console)
{
    // More would fill several screens.
    private const int MostInTerminal = 3;
    private const int WidestPage = 100;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string folder = ResultsFolder.MakeTriggers(output);
        using var locator = MnistLocator.ForThisUser();
        var dataset = await DataSearch.FindAsync(locator, request.Data, console, cancellationToken);
        var ml = new MLContext();
        var test = dataset.Test(ml);
        string[] labels = [.. LabelsOf(ml, test)];
        int[] rows = Pick(labels);
        var shape = ShapeOf(dataset, test);

        List<TriggerPreview> previews = [];
        foreach (var (name, attack) in request.Attacks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (attack.WithoutModel().TriggerInTests != attack.TriggerInTests)
                console.WriteLine($"{name} is not drawn, because its trigger is made with a trained model.");
            else
                previews.Add(Make(ml, dataset, test, shape, rows, labels, name, attack));
        }

        if (previews.Count == 0)
            return;
        string path = Path.Combine(folder, FileName.Fit($"{request.Name}_{Cell.InNames(dataset.Name)}", ""));
        AtomicFile.Write(path + ".png", stream => PreviewSheet.Write(stream, previews));
        AtomicFile.WriteText(path + ".html", PreviewPage.Of(dataset.Name, previews));
        if (previews.Count <= MostInTerminal)
            previews.ForEach(Show);
        console.WriteLine($"{path}.png and {path}.html show {(previews.Count == 1 ? "the trigger" : FormattableString.Invariant($"{previews.Count} attacks"))} on {(rows.Length == 1 ? "a test image" : FormattableString.Invariant($"{rows.Length} test images"))} of {dataset.Name}.");
    }

    private static TriggerPreview Make(MLContext ml, Dataset dataset, IDataView test, ImageShape shape, int[] rows, string[] labels, string name, Attack attack)
    {
        string[] aims = [.. LabelsOf(ml, ml.Transforms.FlipLabel("Label", attack.Mapping.Make()).Fit(test).Transform(test))];
        using var sources = new TriggerSources(() => dataset.Train(ml), TriggerSources.NoModel);
        var clean = new PreviewRow("clean", Read(test, rows), [.. rows.Select(row => labels[row])]);
        var poisoned = new PreviewRow(attack.TestTrigger is null ? "with the trigger" : "in training", Stamp(attack.Trigger), [.. rows.Select(row => Change(labels[row], aims[row]))]);
        List<PreviewRow> all = [clean, poisoned, PreviewRow.Difference(clean, poisoned)];
        if (attack.TestTrigger is { } inTests)
        {
            var tested = new PreviewRow("in tests", Stamp(inTests), poisoned.Labels);
            all.AddRange([tested, PreviewRow.Difference(clean, tested)]);
        }

        if (attack.CoverTrigger is { } coverTrigger)
        {
            var cover = new PreviewRow("cover rows", Stamp(coverTrigger), clean.Labels);
            all.AddRange([cover, PreviewRow.Difference(clean, cover)]);
        }

        return new TriggerPreview(name, Describe(attack), shape, all);

        byte[][] Stamp(TriggerPlan trigger)
        {
            var step = ml.Transforms.StampTrigger("Image", trigger.Make(sources));
            return Read(step.Fit(test).Transform(test), rows);
        }
    }

    private static string Change(string label, string aim) => label == aim ? label : $"{label} → {aim}";

    private static string Describe(Attack attack)
    {
        List<string> parts = [(attack.Trigger is SquarePlan ? "square of " : "") + attack.Trigger.ToLabel(), attack.Mapping.ToLabel()];
        if (attack.Selection == Selection.Target)
            parts.Add("only images that have the target label");
        if (attack.Perturbation is not null)
            parts.Add("perturbed with a model before, which is not drawn");
        if (attack.TestTrigger is { } inTests)
            parts.Add($"in tests: {inTests.ToLabel()}");
        if (attack.CoverRate is not null)
        {
            string where = attack.CoverLabels is { } covered ? $" of {UnknownName.Either(covered).Replace(" or ", " and ", StringComparison.Ordinal)}" : "";
            parts.Add($"cover rows{where}, which keep their label{(attack.CoverTrigger is { } cover ? $": {cover.ToLabel()}" : "")}");
        }

        return string.Join("; ", parts);
    }

    private static ImageShape ShapeOf(Dataset dataset, IDataView test) => ((VectorDataViewType)test.Schema["Image"].Type).Dimensions is [var channels, var height, var width] && channels is 1 or 3
        ? new ImageShape(channels, height, width)
        : throw new UsageException($"The images of {dataset.Name} have neither one channel nor three.");

    private static IEnumerable<string> LabelsOf(MLContext ml, IDataView view) => ml.Transforms.Conversion.MapKeyToValue("Label")
        .Append(ml.Transforms.Conversion.ConvertType("Label", outputKind: DataKind.String))
        .Fit(view).Transform(view).GetColumn<string>("Label");

    /// <summary>Chooses the first image of each label, then the second, and so on.</summary>
    private int[] Pick(string[] labels)
    {
        if (request.Label is { } label && !labels.Contains(label))
            throw new UsageException(UnknownName.Sentence("label", label, [.. labels.Distinct().Order(StringComparer.Ordinal)]));
        var rows = Enumerable.Range(0, labels.Length).Where(row => request.Label is null || labels[row] == request.Label)
            .GroupBy(row => labels[row]).SelectMany(alike => alike.Take(request.Count).Select((row, place) => (row, place)));
        return [.. rows.OrderBy(each => each.place).ThenBy(each => labels[each.row].Length).ThenBy(each => labels[each.row], StringComparer.Ordinal).Take(request.Count).Select(each => each.row)];
    }

    // An image is decoded and stamped only when it is read.
    private static byte[][] Read(IDataView view, int[] rows)
    {
        var images = new byte[rows.Length][];
        var column = view.Schema["Image"];
        using var cursor = view.GetRowCursor([column]);
        var get = cursor.GetGetter<VBuffer<byte>>(column);
        VBuffer<byte> image = default;
        int last = rows.Max();
        while (cursor.Position < last && cursor.MoveNext())
        {
            if (Array.IndexOf(rows, (int)cursor.Position) is not (>= 0 and var place))
                continue;
            get(ref image);
            images[place] = [.. image.DenseValues()];
        }

        return images;
    }

    private void Show(TriggerPreview preview)
    {
        int width = Math.Min(WidestPage, console.Profile.Width) / preview.Rows.Count - 2;
        console.WriteLine($"{preview.Title}: {preview.Description}");
        var grid = new Grid { Expand = false };
        foreach (var _ in preview.Rows)
            grid.AddColumn(new GridColumn { Width = width, Padding = new Padding(0, 0, 2, 0) });
        grid.AddRow([.. preview.Rows.Select(row => new Text(row.Name))]);
        grid.AddRow([.. preview.Rows.Select(row => new TerminalImage(row.Images[0], preview.Shape, width))]);
        console.Write(grid);
    }
}
