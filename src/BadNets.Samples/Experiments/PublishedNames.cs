using System.Globalization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The names that the published code gives an experiment's CSV files. Cells that its columns cannot describe have no such names.</summary>
/// <param name="Number">The start of the names, for example <c>exp01</c>.</param>
/// <param name="RunName">The pattern of the rest, with {dataset}, {target}, {rate}, {size}, {position} and {epochs}.</param>
sealed record PublishedNames(string Number, string RunName)
{
    /// <summary>Whether the columns of the published code can describe a cell: a white square and one target, which is a whole number.</summary>
    public static bool CanDescribe(Cell cell) =>
        cell.Attack is { Trigger: SquarePlan { Gray: 255 }, Mapping: ToPlan { Target: var target }, Selection: null, CoverRate: null }
        && int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && cell.Recipe.Network == Recipe.Reference.Network;

    /// <summary>The name of a run's file. What the pattern does not include is added where it is not the usual value.</summary>
    public string NameOf(Cell cell)
    {
        var (square, target) = Parts(cell);
        string name = $"{Number}_{RunName}"
            .Replace("{dataset}", cell.Dataset.Name, StringComparison.Ordinal)
            .Replace("{target}", target, StringComparison.Ordinal)
            .Replace("{rate}", RateInNames(cell.Attack.Rate), StringComparison.Ordinal)
            .Replace("{size}", Text(square.Size), StringComparison.Ordinal)
            .Replace("{position}", square.Position.ToCode(), StringComparison.Ordinal)
            .Replace("{epochs}", Text(cell.Recipe.Epochs), StringComparison.Ordinal);
        if (square.Position != TriggerPosition.BottomRight && !RunName.Contains("{position}", StringComparison.Ordinal))
            name += $"_pos{square.Position.ToCode()}";
        if (target != "1" && !RunName.Contains("{target}", StringComparison.Ordinal))
            name += $"_trigger{target}";
        return name + Suffix(cell);
    }

    /// <summary>The name that the published code gives the checkpoint of a cell.</summary>
    public static string CheckpointOf(Cell cell)
    {
        var (square, target) = Parts(cell);
        return $"checkpoints/{cell.Dataset.Name}_trigger{target}_pr{RateInNames(cell.Attack.Rate)}_ts{Text(square.Size)}_{square.Position.ToCode()}_ep{Text(cell.Recipe.Epochs)}{Suffix(cell)}.ckpt";
    }

    /// <summary>As the published code writes rates in file names: Python's text of the number, with a p for the point.</summary>
    public static string RateInNames(double rate)
    {
        string text = rate.ToString(CultureInfo.InvariantCulture);
        return (text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0").Replace('.', 'p');
    }

    private static (SquarePlan Square, string Target) Parts(Cell cell) => CanDescribe(cell)
        ? ((SquarePlan)cell.Attack.Trigger, ((ToPlan)cell.Attack.Mapping).Target)
        : throw new InvalidOperationException($"The published code has no name for '{cell}'.");

    // Two cells must not have the same file. Names say only which recipe it is, so a changed one is told apart by the cell's hash.
    private static string Suffix(Cell cell)
    {
        bool isUsual = Recipe.All.Any(usual => usual with { Epochs = cell.Recipe.Epochs } == cell.Recipe);
        return (cell.Recipe.Name == Recipe.Reference.Name ? "" : $"_{cell.Recipe.Name}")
            + (cell.Seed == 0 ? "" : $"_seed{Text(cell.Seed)}")
            + (isUsual ? "" : $"_{cell.Id[(cell.Id.LastIndexOf('-') + 1)..]}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
