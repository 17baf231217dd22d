using System.Globalization;

namespace BadNets.Samples.Experiments;

/// <summary>A property of an attack that an experiment can vary.</summary>
sealed class Parameter
{
    public static readonly Parameter PoisoningRate = new(
        "poisoning rate", "poisoning-rate", "rates", "{rate}",
        (attack, text) => attack with { PoisoningRate = ParseRate(text) },
        attack => attack.PoisoningRate.ToString(CultureInfo.InvariantCulture),
        attack => attack.PoisoningRate);

    public static readonly Parameter TriggerSize = new(
        "trigger size", "trigger-size", "sizes", "{size}",
        (attack, text) => attack with { TriggerSize = ParseSize(text) },
        attack => attack.TriggerSize.ToString(CultureInfo.InvariantCulture),
        attack => attack.TriggerSize);

    public static readonly Parameter TriggerPosition = new(
        "trigger position", "trigger-position", "positions", "{position}",
        (attack, text) => attack with { Position = PositionCode.Parse(text) },
        attack => attack.Position.ToCode(),
        number: null);

    private readonly Func<Attack, string, Attack> _set;
    private readonly Func<Attack, string> _text;
    private readonly Func<Attack, double>? _number;

    private Parameter(
        string name, string slug, string plural, string placeholder,
        Func<Attack, string, Attack> set, Func<Attack, string> text, Func<Attack, double>? number)
    {
        Name = name;
        Slug = slug;
        Plural = plural;
        Placeholder = placeholder;
        _set = set;
        _text = text;
        _number = number;
    }

    public static IReadOnlyList<Parameter> All { get; } = [PoisoningRate, TriggerSize, TriggerPosition];

    /// <summary>In sentences and axis titles.</summary>
    public string Name { get; }

    /// <summary>In options and file names.</summary>
    public string Slug { get; }

    /// <summary>In the option that lists values to go through.</summary>
    public string Plural { get; }

    /// <summary>In the patterns of run names.</summary>
    public string Placeholder { get; }

    /// <summary>Whether values are numbers, which have an order and distances, or just names.</summary>
    public bool IsNumeric => _number is not null;

    /// <exception cref="UsageException">The text is no such value.</exception>
    public Attack Set(Attack attack, string text) => _set(attack, text);

    public string TextOf(Attack attack) => _text(attack);

    public double NumberOf(Attack attack) =>
        _number?.Invoke(attack) ?? throw new InvalidOperationException($"A {Name} is not a number.");

    private static double ParseRate(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate)
            ? rate
            : throw new UsageException($"The poisoning rate must be a number from 0 to 1, but is '{text}'.");

    private static int ParseSize(string text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int size)
            ? size
            : throw new UsageException($"The trigger size must be a whole number of pixels, but is '{text}'.");
}
