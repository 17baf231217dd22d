using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

/// <summary>Pixels that are stored height × width × channels are never taken for channels × height × width.</summary>
[TestClass]
public sealed class InterleavedPixelsTests
{
    private static readonly Trigger Square = Trigger.Square(2, TriggerPosition.TopLeft);

    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    [DataRow(ImagePixelExtractingEstimator.ColorBits.Rgb)]
    [DataRow(ImagePixelExtractingEstimator.ColorBits.All)]
    [DataRow(ImagePixelExtractingEstimator.ColorBits.Red)]
    public void Interleaved_pixels_are_refused_with_the_option_to_change(ImagePixelExtractingEstimator.ColorBits colors)
    {
        var view = Extract(colors, isInterleaved: true);

        foreach (var use in (Action[])[
            () => _ml.Transforms.StampTrigger("Pixels", Square).Fit(view).Transform(view),
            () => _ml.MulticlassClassification.Trainers.TorchCnn("Label", "Pixels").Fit(view),
            () => _ml.MulticlassClassification.EvaluateBackdoor(new TransformerChain<ITransformer>(), view, Square, 1, imageColumnName: "Pixels")])
            Refusal.Of<ArgumentOutOfRangeException>(use, "Pixels", "height × width × channels", "interleavePixelColors: false");
    }

    [TestMethod]
    public void Planar_pixels_are_stamped()
    {
        var view = Extract(ImagePixelExtractingEstimator.ColorBits.Rgb, isInterleaved: false);
        var stamped = _ml.Transforms.StampTrigger("Pixels", Square).Fit(view).Transform(view);
        Assert.AreEqual(255f, stamped.Vectors<float>("Pixels")[0][0]);
    }

    private IDataView Extract(ImagePixelExtractingEstimator.ColorBits colors, bool isInterleaved)
    {
        var images = ColorImages.View(_ml, ColorImages.Make(3));
        return _ml.Transforms.ExtractPixels("Pixels", "Image", colors, interleavePixelColors: isInterleaved)
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label", "Digit")).Fit(images).Transform(images);
    }
}
