using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>A solid gray square (Gu et al. 2017).</summary>
/// <param name="Size">The side length in pixels, at least 1.</param>
/// <param name="Position">The position in the image.</param>
/// <param name="Gray">The gray value, from 0 (black) to 255 (white).</param>
sealed record SquarePlan(int Size, TriggerPosition Position, byte Gray = 255) : TriggerPlan
{
    public int Size { get; } = CheckSize(Size);

    public override string ToSlug() => FormattableString.Invariant($"square{Size}-{Position.ToCode()}{(Gray == 255 ? "" : $"-gray{Gray}")}");

    public override string ToLabel() => FormattableString.Invariant($"{Size} px, {Position.ToName()}{(Gray == 255 ? "" : $", gray {Gray}")}");

    public override Trigger Make(TriggerSources sources) => Trigger.Square(Size, Position, Gray);

    /// <exception cref="UsageException">The size is less than 1.</exception>
    public static int CheckSize(int size) => size >= 1
        ? size
        : throw new UsageException(FormattableString.Invariant($"The trigger size must be a whole number of pixels, at least 1, but is '{size}'."));
}
