using System.Globalization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>
/// The names of the CSV files of an experiment in the published PyTorch program. Cells that its columns cannot describe have no such names.
/// </summary>
/// <param name="Number">The beginning of the names, for example <c>exp01</c>.</param>
/// <param name="RunName">
/// The pattern for the rest of the names, with the placeholders {dataset}, {target}, {rate}, {size}, {position}, and {epochs}.
/// </param>
sealed record PublishedNames(string Number, string RunName)
{
    // The paths of properties, and the placeholders for them.
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
    /// Determines whether the columns of the published program can describe a cell, which must have a white square and one target that is a whole
    /// number. The names of the data set and of the recipe become parts of file names.
    /// </summary>
    public static bool CanDescribe(Cell cell) =>
        cell.Attack is { Trigger: SquarePlan { Gray: 255 }, Mapping: ToPlan { Target: var target }, Selection: null, CoverRate: null, TestTrigger: null, RateBasis: null }
        && int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && cell.Recipe.Network == Recipe.Reference.Network
        && IsFileName(cell.Dataset.Name) && IsFileName(cell.Recipe.Name);

    /// <exception cref="UsageException">The names are not valid file names.</exception>
    public void Check()
    {
        string pattern = Placeholders.Values.Aggregate(Number + RunName, (text, placeholder) => text.Replace(placeholder, "", StringComparison.Ordinal)).Replace("_", "", StringComparison.Ordinal);
        if (Number.Length == 0 || RunName.Length == 0 || !IsFileName(pattern))
            throw new UsageException($"Its published names can contain only letters, digits, periods, hyphens, underscores, and {string.Join(", ", Placeholders.Values)}, but are '{Number}' and '{RunName}'.");
    }

    /// <summary>
    /// Returns the name of the file of a training run. A property that the pattern does not include is added if it does not have its default value.
    /// </summary>
    public string NameOf(Cell cell) => Fill(RunName, cell) + RecipeSuffix(cell) + SeedSuffix(cell) + (IsUsual(cell.Recipe) ? "" : $"_{HashOf(cell)}");

    /// <summary>Returns the name of a file about several training runs: their names without the seed and the parts that vary.</summary>
    /// <param name="cell">One of the cells.</param>
    /// <param name="varied">The paths of the properties that vary.</param>
    /// <param name="hash">A hash of the properties that do not vary, to distinguish changed recipes.</param>
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

    /// <summary>Returns the name of the checkpoint of a cell in the published program.</summary>
    public static string CheckpointOf(Cell cell)
    {
        var (square, target) = Parts(cell);
        return $"checkpoints/{cell.Dataset.Name}_trigger{target}_pr{RateInNames(cell.Attack.Rate)}_ts{Text(square.Size)}_{square.Position.ToCode()}_ep{Text(cell.Recipe.Epochs)}{RecipeSuffix(cell)}{SeedSuffix(cell)}{(IsUsual(cell.Recipe) ? "" : $"_{HashOf(cell)}")}.ckpt";
    }

    /// <summary>Formats a rate as in the file names of the published program: as Python prints it, with p instead of the decimal point.</summary>
    public static string RateInNames(double rate)
    {
        string text = rate.ToString(CultureInfo.InvariantCulture);
        return (text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0").Replace('.', 'p');
    }

    private static bool IsFileName(string text) => string.Equals(Cell.InNames(text), text, StringComparison.OrdinalIgnoreCase);

    private static (SquarePlan Square, string Target) Parts(Cell cell) => CanDescribe(cell)
        ? ((SquarePlan)cell.Attack.Trigger, ((ToPlan)cell.Attack.Mapping).Target)
        : throw new InvalidOperationException($"The published program has no name for '{cell}'.");

    private static string RecipeSuffix(Cell cell) => cell.Recipe.Name == Recipe.Reference.Name ? "" : $"_{cell.Recipe.Name}";

    private static string SeedSuffix(Cell cell) => cell.Seed == 0 ? "" : $"_seed{Text(cell.Seed)}";

    // Two cells must not have the same file. Names contain only the name of the recipe, so a changed recipe is distinguished by a hash.
    private static bool IsUsual(Recipe recipe) => Recipe.Published.Any(usual => usual with { Epochs = recipe.Epochs } == recipe);

    private static string HashOf(Cell cell) => cell.Id[(cell.Id.LastIndexOf('-') + 1)..];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
