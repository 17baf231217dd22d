using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>A small picture that covers part of the image, such as a sticker (Gu et al. 2017). Its transparent pixels keep the image.</summary>
/// <param name="Picture">The content of the picture's file in base64.</param>
/// <param name="Size">The side length in pixels to which the picture is resized, at least 1.</param>
/// <param name="Position">The position in the image.</param>
/// <param name="Opacity">The opacity, greater than 0 and at most 1.</param>
sealed record PicturePlan(string Picture, int Size, TriggerPosition Position, double Opacity = 1) : TriggerPlan
{
    public string Picture { get; } = PictureContent.Check(Picture);

    public int Size { get; } = SquarePlan.CheckSize(Size);

    public double Opacity { get; } = Opacity is > 0 and <= 1
        ? Opacity
        : throw new UsageException(FormattableString.Invariant($"The opacity must be a number greater than 0 and at most 1, but is '{Opacity}'."));

    public override string ToSlug() => Cell.InNames(FormattableString.Invariant($"picture{Size}-{Position.ToCode()}{(Opacity == 1 ? "" : $"-{Opacity}")}"));

    public override string ToLabel() => FormattableString.Invariant($"picture of {Size} px, {Position.ToName()}{(Opacity == 1 ? "" : $", opacity {Opacity}")}");

    public override Trigger Make(TriggerSources sources) => PictureContent.Use(Picture, path => Trigger.FromFile(path, Size, Position, Opacity));
}
