using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>Panels whose numbers can be compared: they have the same data set, recipe, and label mapping, and everything else that is not part of the attack.</summary>
/// <param name="Constant">What all its cells have in common, as JSON.</param>
/// <param name="Panels">The panels, by name.</param>
sealed record Study(JsonObject Constant, IReadOnlyList<Panel> Panels)
{
    // The attacks of a study's panels can differ, except in what they aim at.
    private const string Attack = "attack";
    private const string Mapping = "attack.mapping";

    /// <summary>Its cells; cells that experiments share are one.</summary>
    public IReadOnlyList<PanelRun> Cells { get; } = [.. Panels.SelectMany(panel => panel.Runs).DistinctBy(run => run.Cell)];

    /// <summary>The names of its runs.</summary>
    public RunLabels Labels => field ??= new RunLabels([.. Panels.SelectMany(panel => panel.Runs)]);

    /// <summary>Its clean controls: runs without poisoned rows.</summary>
    public IReadOnlyList<PanelRun> Controls => [.. Cells.Where(run => run.Cell.Attack.IsNone)];

    /// <summary>The panels that a run belongs to.</summary>
    public IEnumerable<Panel> PanelsOf(PanelRun run) => PanelsByCell[run.Cell];

    private ILookup<Cell, Panel> PanelsByCell =>
        field ??= Panels.SelectMany(panel => panel.Runs.Select(each => each.Cell).Distinct(), (panel, cell) => (panel, cell)).ToLookup(each => each.cell, each => each.panel);

    /// <summary>The clean control that a run is compared with: the same training without poisoned rows; null if there is none.</summary>
    public PanelRun? ControlOf(PanelRun run) => Controls
        .Where(control => control.IsComplete && control.Cell.Recipe == run.Cell.Recipe && control.Cell.Seed == run.Cell.Seed)
        .OrderByDescending(control => control.Cell.Attack.Trigger == run.Cell.Attack.Trigger).FirstOrDefault();

    /// <summary>Tells studies apart in the names of files.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CellJson.Canonical(Constant))).AsSpan(0, 5));

    public Cell FirstCell => Panels[0].Points[0].Runs[0].Cell;

    /// <summary>What distinguishes it: data set, recipe, what is changed in the recipe, and the label mapping.</summary>
    public string Title
    {
        get
        {
            var cell = FirstCell;
            List<string> parts = [];
            if (!Varies("dataset.name"))
                parts.Add(ControlCharacters.Show(cell.Dataset.Name));
            if (!Varies("recipe.name"))
                parts.Add($"{ControlCharacters.Show(cell.Recipe.Name)} recipe");
            if (!Varies("recipe.epochs"))
                parts.Add(cell.Recipe.EpochsInWords);
            parts.AddRange(Changes(cell).Where(leaf => !Varies(leaf.Property.Path)).Select(Describe));
            if (!Varies(Mapping))
                parts.Add(ControlCharacters.Show(cell.Attack.Mapping.ToLabel()));
            parts.AddRange(CellLeaf.Of(Others, "").Where(leaf => leaf.Property.Path.Length > 0).Select(Describe));
            return string.Join(", ", parts);
        }
    }

    /// <summary>The settings of the recipe that all cells have in common.</summary>
    public string RecipeText
    {
        get
        {
            var leaves = LeavesOf(FirstCell.Recipe).Where(leaf => !Varies(leaf.Property.Path));
            return string.Join(", ", leaves.Select(leaf => leaf.Property.Path == "recipe.name" ? leaf.Text : Describe(leaf)));
        }
    }

    /// <summary>Parts of cells besides data set, attack, and recipe.</summary>
    public JsonObject Others => new(Constant.Where(member => member.Key is not ("dataset" or Attack or "recipe")).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    public static string Describe(CellLeaf leaf) => $"{leaf.Property.Name} {(leaf.Value is JsonArray ? ControlCharacters.Show(leaf.Property.ShortOf(leaf.Value)) : leaf.Text)}";

    public static IReadOnlyList<Study> Of(IEnumerable<Panel> panels) =>
    [
        .. from panel in panels
           let constant = ConstantOf(panel)
           group panel by CellJson.Canonical(constant) into study
           let first = study.First().Points[0].Runs[0].Cell
           orderby first.Dataset.Name, first.Recipe.Name descending, first.Recipe.Epochs descending, study.Key
           select new Study(JsonNode.Parse(study.Key)!.AsObject(), [.. study.OrderBy(panel => panel.Name, StringComparer.Ordinal)]),
    ];

    private static JsonObject ConstantOf(Panel panel)
    {
        var constant = (JsonObject)panel.Constant.DeepClone();
        var mapping = CellProperty.At(Mapping).In(constant)?.DeepClone();
        constant.Remove(Attack);
        CellProperty.At(Mapping).Set(constant, mapping);
        return constant;
    }

    private bool Varies(string path) => Panels.Any(panel => panel.Varies(path));

    private static IEnumerable<CellLeaf> Changes(Cell cell)
    {
        if (Recipe.ClosestTo(cell.Recipe, cell.Dataset) is not { } usual)
            return [];
        return LeavesOf(cell.Recipe).ExceptBy(LeavesOf(usual with { Epochs = cell.Recipe.Epochs, Name = cell.Recipe.Name }).Select(leaf => (leaf.Property.Path, leaf.Text)), leaf => (leaf.Property.Path, leaf.Text));
    }

    private static IEnumerable<CellLeaf> LeavesOf(Recipe recipe) => CellLeaf.Of(JsonSerializer.SerializeToNode(recipe, CellJson.Options), "recipe");
}
