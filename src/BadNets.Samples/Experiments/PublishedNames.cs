using System.Globalization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The names that the published code gives an experiment's CSV files. Cells that its columns cannot describe have no such names.</summary>
/// <param name="Number">The start of the names, for example <c>exp01</c>.</param>
/// <param name="RunName">The pattern of the rest, with {dataset}, {target}, {rate}, {size}, {position}, and {epochs}.</param>
sealed record PublishedNames(string Number, string RunName)
{
    // The placeholders of patterns, and the paths of the properties that they stand for.
    private static readonly Dictionary<string, string> Placeholders = new(StringComparer.Ordinal)
    {
        ["dataset.name"] = "{dataset}",
        ["attack.mapping.target"] = "{target}",
        ["attack.rate"] = "{rate}",
        ["attack.trigger.size"] = "{size}",
        ["attack.trigger.position"] = "{position}",
        ["recipe.epochs"] = "{epochs}",
    };

    /// <summary>
    /// Whether the columns of the published code can describe a cell: a white square and one target, which is a whole number. The names of data set
    /// and recipe become parts of the names of files.
    /// </summary>
    public static bool CanDescribe(Cell cell) =>
        cell.Attack is { Trigger: SquarePlan { Gray: 255 }, Mapping: ToPlan { Target: var target }, Selection: null, CoverRate: null }
        && int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && cell.Recipe.Network == Recipe.Reference.Network
        && IsFileName(cell.Dataset.Name) && IsFileName(cell.Recipe.Name);

    /// <exception cref="UsageException">The names cannot be file names.</exception>
    public void Check()
    {
        string pattern = Placeholders.Values.Aggregate(Number + RunName, (text, placeholder) => text.Replace(placeholder, "", StringComparison.Ordinal)).Replace("_", "", StringComparison.Ordinal);
        if (Number.Length == 0 || RunName.Length == 0 || !IsFileName(pattern))
            throw new UsageException($"Its published names may contain letters, digits, periods, hyphens, underscores, and {string.Join(", ", Placeholders.Values)}, but are '{Number}' and '{RunName}'.");
    }

    /// <summary>The name of a run's file. A property that the pattern does not include is added if it does not have its usual value.</summary>
    public string NameOf(Cell cell) => Fill(RunName, cell) + RecipeSuffix(cell) + SeedSuffix(cell) + (IsUsual(cell.Recipe) ? "" : $"_{HashOf(cell)}");

    /// <summary>The name of a file about several runs: like their names, but without the seed and the parts that vary.</summary>
    /// <param name="cell">One of the cells.</param>
    /// <param name="varied">The paths of the properties that vary.</param>
    /// <param name="hash">A hash of what does not vary. It distinguishes changed recipes.</param>
    /// <returns>The name, or null if the names do not include a property that varies.</returns>
    public string? GroupNameOf(Cell cell, IReadOnlyCollection<string> varied, string hash)
    {
        if (!varied.All(Placeholders.ContainsKey))
            return null;
        var parts = RunName.Split('_').Where(part => !varied.Any(path => part.Contains(Placeholders[path], StringComparison.Ordinal)));
        return Fill(string.Join('_', parts), cell) + RecipeSuffix(cell) + (IsUsual(cell.Recipe) ? "" : $"_{hash}");
    }

    private string Fill(string pattern, Cell cell)
    {
        var (square, target) = Parts(cell);
        string name = $"{Number}_{pattern}"
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
        return name;
    }

    /// <summary>The name that the published code gives the checkpoint of a cell.</summary>
    public static string CheckpointOf(Cell cell)
    {
        var (square, target) = Parts(cell);
        return $"checkpoints/{cell.Dataset.Name}_trigger{target}_pr{RateInNames(cell.Attack.Rate)}_ts{Text(square.Size)}_{square.Position.ToCode()}_ep{Text(cell.Recipe.Epochs)}{RecipeSuffix(cell)}{SeedSuffix(cell)}{(IsUsual(cell.Recipe) ? "" : $"_{HashOf(cell)}")}.ckpt";
    }

    /// <summary>As the published code writes rates in file names: Python's text of the number, with a p for the point.</summary>
    public static string RateInNames(double rate)
    {
        string text = rate.ToString(CultureInfo.InvariantCulture);
        return (text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0").Replace('.', 'p');
    }

    private static bool IsFileName(string text) => string.Equals(Cell.InNames(text), text, StringComparison.OrdinalIgnoreCase);

    private static (SquarePlan Square, string Target) Parts(Cell cell) => CanDescribe(cell)
        ? ((SquarePlan)cell.Attack.Trigger, ((ToPlan)cell.Attack.Mapping).Target)
        : throw new InvalidOperationException($"The published code has no name for '{cell}'.");

    private static string RecipeSuffix(Cell cell) => cell.Recipe.Name == Recipe.Reference.Name ? "" : $"_{cell.Recipe.Name}";

    private static string SeedSuffix(Cell cell) => cell.Seed == 0 ? "" : $"_seed{Text(cell.Seed)}";

    // Two cells must not have the same file. Names say only which recipe it is, so a changed one is told apart by a hash.
    private static bool IsUsual(Recipe recipe) => Recipe.All.Any(usual => usual with { Epochs = recipe.Epochs } == recipe);

    private static string HashOf(Cell cell) => cell.Id[(cell.Id.LastIndexOf('-') + 1)..];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
