using System.Globalization;

namespace BadNets.Samples.Experiments;

/// <summary>A property of an attack that an experiment can vary.</summary>
sealed class Parameter
{
    public static readonly Parameter PoisoningRate = new(
        "poisoning rate", "poisoning-rate", "rates", "{rate}",
        "share of the training rows",
        (attack, text) => attack with { PoisoningRate = ParseRate(text) },
        attack => attack.PoisoningRate.ToString(CultureInfo.InvariantCulture),
        attack => Cell.RateInNames(attack.PoisoningRate),
        attack => $"rate {attack.PoisoningRate.ToString(CultureInfo.InvariantCulture)}",
        attack => attack.PoisoningRate);

    public static readonly Parameter TriggerSize = new(
        "trigger size", "trigger-size", "sizes", "{size}",
        "side in pixels",
        (attack, text) => attack with { TriggerSize = ParseSize(text) },
        attack => attack.TriggerSize.ToString(CultureInfo.InvariantCulture),
        attack => attack.TriggerSize.ToString(CultureInfo.InvariantCulture),
        attack => $"{attack.TriggerSize.ToString(CultureInfo.InvariantCulture)} px",
        attack => attack.TriggerSize);

    public static readonly Parameter TriggerPosition = new(
        "trigger position", "trigger-position", "positions", "{position}",
        unit: null,
        (attack, text) => attack with { Position = PositionCode.Parse(text) },
        attack => attack.Position.ToCode(),
        attack => attack.Position.ToCode(),
        attack => attack.Position.ToName(),
        number: null);

    private readonly Func<Attack, string, Attack> _set;
    private readonly Func<Attack, string> _text;
    private readonly Func<Attack, string> _textInNames;
    private readonly Func<Attack, string> _label;
    private readonly Func<Attack, double>? _number;

    private Parameter(
        string name, string slug, string plural, string placeholder, string? unit,
        Func<Attack, string, Attack> set, Func<Attack, string> text, Func<Attack, string> textInNames, Func<Attack, string> label, Func<Attack, double>? number)
    {
        Name = name;
        Slug = slug;
        Plural = plural;
        Placeholder = placeholder;
        Unit = unit;
        _set = set;
        _text = text;
        _textInNames = textInNames;
        _label = label;
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

    /// <summary>What a value counts, for axis titles; null where values are names.</summary>
    public string? Unit { get; }

    /// <summary>Whether values are numbers, which have an order and distances, or just names.</summary>
    public bool IsNumeric => _number is not null;

    /// <exception cref="UsageException">The text is no such value.</exception>
    public Attack Set(Attack attack, string text) => _set(attack, text);

    /// <summary>The value as one writes it on the command line.</summary>
    public string TextOf(Attack attack) => _text(attack);

    /// <summary>The value as the names of runs have it.</summary>
    public string TextInNamesOf(Attack attack) => _textInNames(attack);

    /// <summary>The value with its meaning, for legends.</summary>
    public string LabelOf(Attack attack) => _label(attack);

    public double NumberOf(Attack attack) =>
        _number?.Invoke(attack) ?? throw new InvalidOperationException($"A {Name} is not a number.");

    private static double ParseRate(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate) && rate is >= 0 and <= 1
            // Negative zero equals zero, and must get the same name.
            ? rate == 0 ? 0 : rate
            : throw new UsageException($"The poisoning rate must be a number between 0 and 1, but is '{text}'.");

    private static int ParseSize(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int size) && size >= 1
            ? size
            : throw new UsageException($"The trigger size must be a whole number of pixels, at least 1, but is '{text}'.");
}
