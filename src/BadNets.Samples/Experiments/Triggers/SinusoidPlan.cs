using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>Vertical stripes whose brightness is a sine over the columns (SIG, Barni et al. 2019).</summary>
/// <param name="Amplitude">The largest change of a pixel, greater than 0.</param>
/// <param name="Frequency">The number of periods in the width of the image, at least 1.</param>
sealed record SinusoidPlan(double Amplitude = 40, int Frequency = 6) : TriggerPlan
{
    public double Amplitude { get; } = Amplitude is > 0 and <= 255
        ? Amplitude
        : throw new UsageException(FormattableString.Invariant($"The amplitude must be a number greater than 0 and at most 255, but is '{Amplitude}'."));

    public int Frequency { get; } = Frequency >= 1
        ? Frequency
        : throw new UsageException(FormattableString.Invariant($"The frequency must be a whole number of at least 1, but is '{Frequency}'."));

    public override string ToSlug() => Cell.InNames(FormattableString.Invariant($"sinusoid{Amplitude}-f{Frequency}"));

    public override string ToLabel() => FormattableString.Invariant($"sinusoid, amplitude {Amplitude}, {Frequency} periods");

    public override Trigger Make(TriggerSources sources) => Trigger.Sinusoid(Amplitude, Frequency);
}
