using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>A pattern of black and white pixels in each corner (Turner et al. 2019).</summary>
/// <param name="Amplitude">How much the pattern changes pixels, from 1 to 255. With 255, it replaces them.</param>
sealed record CornerPatternPlan(int Amplitude = 255) : TriggerPlan
{
    public int Amplitude { get; } = Amplitude is >= 1 and <= 255
        ? Amplitude
        : throw new UsageException(FormattableString.Invariant($"The amplitude must be a whole number from 1 to 255, but is '{Amplitude}'."));

    public override string ToSlug() => FormattableString.Invariant($"corners{(Amplitude == 255 ? "" : $"-{Amplitude}")}");

    public override string ToLabel() => FormattableString.Invariant($"pattern in the corners{(Amplitude == 255 ? "" : $", amplitude {Amplitude}")}");

    public override Trigger Make(TriggerSources sources) => Trigger.CornerPattern(Amplitude);
}
