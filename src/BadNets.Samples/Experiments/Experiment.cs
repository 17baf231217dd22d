using System.Globalization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>What is varied and what is fixed.</summary>
/// <param name="Number">The start of its files' names.</param>
/// <param name="Command">Its name on the command line.</param>
sealed record Experiment(string Number, string Command)
{
    private const string UsualRunName = "{dataset}_trigger{target}_pr{rate}_ep{epochs}_ts{size}";

    public static readonly Experiment Baseline = new("exp01", "baseline")
    {
        Title = "The basic attack",
        Fixed = new(PoisoningRate: 0.1, TriggerSize: 5, TriggerPosition.BottomRight),
    };

    public static readonly Experiment PoisoningRate = new("exp02", "poisoning-rate")
    {
        Title = "How many rows must be poisoned",
        Fixed = new(PoisoningRate: 0.05, TriggerSize: 5, TriggerPosition.BottomRight),
        Varies = Parameter.PoisoningRate,
        Values = ["0.01", "0.02", "0.025", "0.0275", "0.03", "0.05"],
    };

    public static readonly Experiment TriggerSize = new("exp03", "trigger-size")
    {
        Title = "How large the trigger must be",
        Fixed = new(PoisoningRate: 0.05, TriggerSize: 5, TriggerPosition.BottomRight),
        Varies = Parameter.TriggerSize,
        Values = ["1", "3", "4", "5"],
    };

    public static readonly Experiment Position = new("exp04", "trigger-position")
    {
        Title = "Where the trigger sits",
        Fixed = new(PoisoningRate: 0.05, TriggerSize: 5, TriggerPosition.BottomRight),
        Varies = Parameter.TriggerPosition,
        Values = ["br", "bl", "tr", "tl", "center"],
        RunName = "{dataset}_pos{position}_pr{rate}_ts{size}_ep{epochs}",
    };

    public static IReadOnlyList<Experiment> All { get; } = [Baseline, PoisoningRate, TriggerSize, Position];

    /// <summary>What it asks, for people.</summary>
    public required string Title { get; init; }

    /// <summary>The attack, but for what varies.</summary>
    public required Attack Fixed { get; init; }

    /// <summary>What varies, if anything.</summary>
    public Parameter? Varies { get; init; }

    /// <summary>The values that it takes, as one writes them on the command line.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>The pattern of the files' names, after the number.</summary>
    public string RunName { get; init; } = UsualRunName;

    /// <exception cref="UsageException">A value is none.</exception>
    public IEnumerable<Attack> Attacks => Varies is { } parameter ? Values.Select(value => parameter.Set(Fixed, value)) : [Fixed];

    /// <summary>The name of a run's files. What the pattern does not speak of is added where it is not the usual.</summary>
    public string NameOf(Cell cell) => Fill(RunName, cell) + cell.NameSuffix;

    /// <summary>The name of what is made of several runs: as theirs, without what varies and without the seed.</summary>
    public string GroupNameOf(Cell cell)
    {
        string pattern = Varies is { } parameter
            ? string.Join('_', RunName.Split('_').Where(part => !part.Contains(parameter.Placeholder, StringComparison.Ordinal)))
            : RunName;
        // What varies would be added otherwise.
        var usual = Varies == Parameter.TriggerPosition ? cell with { Attack = cell.Attack with { Position = TriggerPosition.BottomRight } } : cell;
        return Fill(pattern, usual) + (usual with { Seed = 0 }).NameSuffix;
    }

    private string Fill(string pattern, Cell cell)
    {
        var attack = cell.Attack;
        string name = $"{Number}_{pattern}"
            .Replace("{dataset}", cell.Dataset, StringComparison.Ordinal)
            .Replace("{target}", Text(attack.TargetLabel), StringComparison.Ordinal)
            .Replace("{epochs}", Text(cell.Recipe.Epochs), StringComparison.Ordinal);
        foreach (var parameter in Parameter.All)
            name = name.Replace(parameter.Placeholder, parameter.TextInNamesOf(attack), StringComparison.Ordinal);
        if (attack.Position != TriggerPosition.BottomRight && !RunName.Contains(Parameter.TriggerPosition.Placeholder, StringComparison.Ordinal))
            name += $"_pos{attack.Position.ToCode()}";
        if (attack.TargetLabel != 1 && !RunName.Contains("{target}", StringComparison.Ordinal))
            name += $"_trigger{Text(attack.TargetLabel)}";
        return name;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
