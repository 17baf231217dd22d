using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>A single pixel near the bottom right corner (Gu et al. 2017).</summary>
/// <param name="Gray">The gray value, from 0 (black) to 255 (white).</param>
sealed record PixelPlan(byte Gray = 255) : TriggerPlan
{
    public override string ToSlug() => FormattableString.Invariant($"pixel{(Gray == 255 ? "" : $"-gray{Gray}")}");

    public override string ToLabel() => FormattableString.Invariant($"one pixel{(Gray == 255 ? "" : $", gray {Gray}")}");

    public override Trigger Make(TriggerSources sources) => Trigger.Pixel(Gray);
}
