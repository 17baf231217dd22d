using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The image in fewer gray values or colors (BPP, Wang et al. 2022).</summary>
/// <param name="Levels">The number of values that a channel of a pixel can have, from 2 to 255.</param>
/// <param name="Dithering">Whether the errors of rounding are passed on to the next pixels.</param>
sealed record QuantizePlan(int Levels = 8, bool Dithering = false) : TriggerPlan
{
    public int Levels { get; } = Levels is >= 2 and <= 255
        ? Levels
        : throw new UsageException(FormattableString.Invariant($"The number of levels must be a whole number from 2 to 255, but is '{Levels}'."));

    public override string ToSlug() => FormattableString.Invariant($"quantize{Levels}{(Dithering ? "-dithered" : "")}");

    public override string ToLabel() => FormattableString.Invariant($"quantized to {Levels} levels{(Dithering ? ", dithered" : "")}");

    public override Trigger Make(TriggerSources sources) => Trigger.Quantize(Levels, Dithering);
}
