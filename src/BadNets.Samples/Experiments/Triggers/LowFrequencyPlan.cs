using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>
/// A smooth pattern that is added to the image, found with a model that the recipe of the cell trains on the data before they are poisoned (Zeng et
/// al. 2021).
/// </summary>
/// <param name="Target">The label that the pattern leads the model to, usually the target label of the attack.</param>
/// <param name="Strength">The largest change of a pixel, from 1 to 255.</param>
/// <param name="Frequencies">The number of frequencies in each direction, at least 1.</param>
/// <param name="Steps">The number of gradient steps, at least 1.</param>
/// <param name="Count">The number of training images that are used, at least 1.</param>
/// <param name="Seed">The seed of their draw.</param>
sealed record LowFrequencyPlan(
    [property: JsonConverter(typeof(LabelText))] string Target, double Strength = 26, int Frequencies = 4, int Steps = 50, int Count = 256, int Seed = 0) : TriggerPlan
{
    public double Strength { get; } = Strength is >= 1 and <= 255
        ? Strength
        : throw new UsageException(FormattableString.Invariant($"The strength of the pattern must be a number from 1 to 255, but is '{Strength}'."));

    public int Frequencies { get; } = AtLeast1("frequencies", Frequencies);

    public int Steps { get; } = AtLeast1("steps", Steps);

    public int Count { get; } = AtLeast1("images", Count);

    public override bool NeedsModel => true;

    public override string ToSlug() => Cell.InNames(FormattableString.Invariant($"lowfreq{Strength}-{Target}"));

    public override string ToLabel() => FormattableString.Invariant($"low-frequency pattern, strength {Strength}");

    public override Trigger Make(TriggerSources sources) =>
        Trigger.LowFrequency(sources.CleanModel, sources.Training, Target, strength: Strength, frequencies: Frequencies, steps: Steps, count: Count, seed: Seed);

    private static int AtLeast1(string name, int value) =>
        value >= 1 ? value : throw new UsageException(FormattableString.Invariant($"The number of {name} of a low-frequency pattern must be a whole number of at least 1, but is '{value}'."));
}
