using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Samples.Store;

namespace BadNets.Samples.Reporting;

/// <summary>Sorts the cells of started experiments into panels.</summary>
static class PanelReader
{
    public static IReadOnlyList<Panel> PanelsOf(Results results)
    {
        List<Panel> panels = [];
        // An experiment that was started again, with other values or seeds, is the same experiment.
        foreach (var plans in results.Plans.GroupBy(plan => (plan.Experiment.Name, string.Join(' ', plan.Experiment.Axes.Select(axis => axis.Path)))))
        {
            // The last plan has the description as it is now.
            var experiment = plans.Last().Experiment;
            CellProperty[] varied = [.. experiment.Axes.SelectMany(axis => (axis.Scales ?? []).Select(CellProperty.At).Prepend(axis.Property)), CellProperty.Seed];
            var cells = plans.SelectMany(plan => plan.Cells).Distinct().Select(cell => (Cell: cell, Document: DocumentOf(cell))).ToArray();
            var names = ValueName.Of(plans.Select(plan => plan.Experiment), cells.Select(each => each.Cell));
            // If the whole attack varies, clean cells are controls, and not a value of the axis.
            bool variesAttack = experiment.Axes.Any(axis => axis.Path != CellProperty.Rate.Path && CellProperty.IsWithin(CellProperty.Rate.Path, axis.Path));
            var groups = cells.GroupBy(each => (CellJson.Canonical(Without(varied, each.Document)), variesAttack && each.Cell.Attack.IsNone)).Select(alike => alike.ToArray());
            foreach (var sameAttack in groups.GroupBy(group => CellJson.Canonical(Without([.. varied, CellProperty.Rate, CellProperty.CoverRate], group[0].Document)), StringComparer.Ordinal))
            {
                var poisoned = sameAttack.Where(group => !IsClean(group)).ToArray();
                // Clean cells alone are no controls: someone asked for them.
                var controls = poisoned.Length == 0 ? [] : sameAttack.Where(IsClean).SelectMany(group => group).ToArray();
                panels.AddRange((poisoned.Length == 0 ? [.. sameAttack] : poisoned)
                    .Select(group => Make(experiment, CellJson.Canonical(Without(varied, group[0].Document)), group, controls, names, variesAttack, results)));
            }
        }

        // Names do not say everything: two data sets may have the same name.
        return
        [
            .. panels.GroupBy(panel => panel.Name, StringComparer.OrdinalIgnoreCase).SelectMany(alike => alike.OrderBy(panel => panel.Constant.ToJsonString(), StringComparer.Ordinal)
                .Select((panel, index) => index == 0 ? panel : panel with { Name = $"{panel.Name}_{HashOf(panel.Experiment, panel.Constant.ToJsonString())}" })),
        ];
    }

    private static bool IsClean((Cell Cell, JsonObject Document)[] cells) => Array.TrueForAll(cells, each => each.Cell.Attack.IsNone);

    private static Panel Make(
        Experiment experiment, string constant, (Cell Cell, JsonObject Document)[] cells, (Cell Cell, JsonObject Document)[] controls, ILookup<Cell, ValueName> names, bool variesAttack, Results results)
    {
        var declared = Declared(experiment, cells[0].Cell.Dataset).Where(each => !(variesAttack && each.Cell.Attack.IsNone)).Select(each => (each.Document, each.Names)).ToArray();
        JsonObject[] all = [.. declared.Select(each => each.Document)];
        var named = declared.Concat(cells.Select(each => (each.Document, Names: (IReadOnlyList<ValueName>)[.. names[each.Cell]]))).ToArray();
        PanelAxis[] axes = [.. experiment.Axes.Select((axis, index) => new PanelAxis(axis.Property, [.. experiment.Axes.Skip(index + 1).SelectMany(later => (later.Scales ?? []).Prepend(later.Path))], named))];
        var runs = cells.ToLookup(each => Key(ValuesIn(axes, each.Document)), each => RunOf(experiment, results.Cells[each.Cell.Id], [.. names[each.Cell]]));
        var places = Places(axes).ToArray();
        PanelPoint[] points =
        [
            .. places.Where(values => runs.Contains(Key(values))).Select(values => new PanelPoint(values, [.. runs[Key(values)].OrderBy(run => run.Cell.Seed)])),
        ];
        var keys = all.Select(document => Key(ValuesIn(axes, document))).ToHashSet(StringComparer.Ordinal);
        return new Panel(experiment, NameOf(experiment, cells[0].Cell, constant), JsonNode.Parse(constant)!.AsObject(), axes, points,
            [.. controls.Select(each => RunOf(experiment, results.Cells[each.Cell.Id], [])).OrderBy(run => run.Cell.Seed)],
            [.. places.Where(values => keys.Contains(Key(values)) && !runs.Contains(Key(values)))]);
    }

    public static PanelRun RunOf(Experiment? experiment, StoredCell stored, IReadOnlyList<ValueName> names) =>
        new(experiment, experiment?.Published is { } published && PublishedNames.CanDescribe(stored.Cell) ? published.NameOf(stored.Cell) : stored.Cell.Id, stored, names);

    // For a built-in experiment, all of its values, even if they were not started.
    private static (Cell Cell, JsonObject Document, IReadOnlyList<ValueName> Names)[] Declared(Experiment experiment, DatasetIdentity dataset)
    {
        var builtIn = ExperimentCatalog.All.FirstOrDefault(known => known.Name == experiment.Name && known.Axes.Select(axis => axis.Path).SequenceEqual(experiment.Axes.Select(axis => axis.Path)));
        return [.. ((builtIn ?? experiment) with { CleanControl = false }).NamedCellsOn(dataset).Select(each => (each.Cell, DocumentOf(each.Cell), each.Names))];
    }

    // The runs' names without what varies; for other experiments, a short description and a hash of the full description.
    private static string NameOf(Experiment experiment, Cell cell, string constant)
    {
        string hash = HashOf(experiment, constant);
        return (experiment.Published is { } names && PublishedNames.CanDescribe(cell) ? names.GroupNameOf(cell, [.. experiment.Axes.Select(axis => axis.Path)], hash) : null)
            ?? FileName.Fit($"{experiment.Name}_{Cell.InNames(cell.Dataset.Name)}_{Cell.InNames(cell.Recipe.Name)}", $"_{hash}");
    }

    private static string HashOf(Experiment experiment, string constant)
    {
        string all = string.Join('\n', [experiment.Name, .. experiment.Axes.Select(axis => axis.Path), constant]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)).AsSpan(0, 5));
    }

    private static PanelValue[] ValuesIn(PanelAxis[] axes, JsonObject document) => [.. axes.Select(axis => axis.ValueIn(document))];

    private static string Key(IEnumerable<PanelValue> values) => string.Join('\n', values.Select(value => value.Key));

    private static IEnumerable<PanelValue[]> Places(PanelAxis[] axes) => axes.Aggregate(
        (IEnumerable<PanelValue[]>)[[]], (places, axis) => places.SelectMany(place => axis.Values, (place, value) => (PanelValue[])[.. place, value]));

    private static JsonObject DocumentOf(Cell cell) => JsonNode.Parse(cell.ToJson())!.AsObject();

    private static JsonObject Without(CellProperty[] properties, JsonObject document)
    {
        var rest = (JsonObject)document.DeepClone();
        foreach (var property in properties)
            property.Remove(rest);
        return rest;
    }
}
