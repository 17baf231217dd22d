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
        Title = "The attack as published",
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
    public string NameOf(Cell cell)
    {
        var attack = cell.Attack;
        string name = $"{Number}_{RunName}"
            .Replace("{dataset}", cell.Dataset, StringComparison.Ordinal)
            .Replace("{target}", Text(attack.TargetLabel), StringComparison.Ordinal)
            .Replace("{rate}", Cell.RateInNames(attack.PoisoningRate), StringComparison.Ordinal)
            .Replace("{size}", Text(attack.TriggerSize), StringComparison.Ordinal)
            .Replace("{position}", attack.Position.ToCode(), StringComparison.Ordinal)
            .Replace("{epochs}", Text(cell.Recipe.Epochs), StringComparison.Ordinal);
        if (attack.Position != TriggerPosition.BottomRight && !RunName.Contains("{position}", StringComparison.Ordinal))
            name += $"_pos{attack.Position.ToCode()}";
        if (attack.TargetLabel != 1 && !RunName.Contains("{target}", StringComparison.Ordinal))
            name += $"_trigger{Text(attack.TargetLabel)}";
        return name + cell.NameSuffix;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
