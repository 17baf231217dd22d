using Microsoft.ML.Transforms.Image;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

/// <summary>Pixels with dimensions height × width × channels are never interpreted as channels × height × width.</summary>
[TestClass]
public sealed class InterleavedPixelsTests
{
    private static readonly Trigger Square = Trigger.Square(2, TriggerPosition.TopLeft);

    private static readonly TorchNetwork Linear = TorchNetwork.Register(
        "tests/interleaved", (shape, classes) => nn.Sequential(("flatten", nn.Flatten()), ("out", nn.Linear(shape.Size, classes))));

    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    [DataRow(ImagePixelExtractingEstimator.ColorBits.Rgb)]
    [DataRow(ImagePixelExtractingEstimator.ColorBits.All)]
    [DataRow(ImagePixelExtractingEstimator.ColorBits.Red)]
    public void Interleaved_pixels_are_rejected_with_the_option_to_change(ImagePixelExtractingEstimator.ColorBits colors)
    {
        var view = Extract(colors, isInterleaved: true);

        foreach (var use in (Action[])[
            () => _ml.Transforms.StampTrigger("Pixels", Square).Fit(view).Transform(view),
            () => _ml.MulticlassClassification.Trainers.TorchCnn("Label", "Pixels").Fit(view),
            () => _ml.MulticlassClassification.EvaluateBackdoor(new TransformerChain<ITransformer>(), view, Square, 1, imageColumnName: "Pixels")])
            Refusal.Of<ArgumentOutOfRangeException>(use, "Pixels", "height × width × channels", "interleavePixelColors: false");
    }

    [TestMethod]
    public void A_trained_model_rejects_interleaved_pixels()
    {
        var planar = Extract(ImagePixelExtractingEstimator.ColorBits.Rgb, isInterleaved: false);
        var interleaved = Extract(ImagePixelExtractingEstimator.ColorBits.Rgb, isInterleaved: true);
        var model = _ml.MulticlassClassification.Trainers.TorchCnn(Options()).Fit(planar);

        foreach (var each in (ITransformer[])[model, EstimatorInvariants.SaveAndLoad(_ml, model, planar.Schema, out _)])
        {
            foreach (var use in (Action[])[
                () => each.Transform(interleaved),
                () => each.GetRowToRowMapper(interleaved.Schema),
                () => _ml.MulticlassClassification.EvaluateBackdoor(each, interleaved, Square, 1, imageColumnName: "Pixels")])
                Refusal.Of<ArgumentOutOfRangeException>(use, "Pixels", "height × width × channels", "interleavePixelColors: false");
        }
    }

    [TestMethod]
    public void A_validation_set_of_interleaved_pixels_is_rejected_before_training()
    {
        var options = Options();
        options.ValidationSets = [new("clean", Extract(ImagePixelExtractingEstimator.ColorBits.Rgb, isInterleaved: true))];
        options.EpochFinished = _ => Assert.Fail("An epoch was trained.");
        var train = Extract(ImagePixelExtractingEstimator.ColorBits.Rgb, isInterleaved: false);

        Refusal.Of<ArgumentOutOfRangeException>(
            () => _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(train), "Pixels", "height × width × channels", "interleavePixelColors: false");
    }

    [TestMethod]
    public void Interleaved_pixels_from_a_step_of_the_model_cannot_be_stamped()
    {
        var images = ColorImages.View(_ml, ColorImages.Make(3));
        var model = _ml.Transforms.ExtractPixels("Pixels", "Image", interleavePixelColors: true).Append(_ml.Transforms.CopyColumns("Copy", "Pixels"))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label", "Digit")).Fit(images);

        Refusal.Of<ArgumentOutOfRangeException>(
            () => _ml.MulticlassClassification.EvaluateBackdoor(model, images, Square, 1, imageColumnName: "Pixels"),
            "Pixels", "height × width × channels", "interleavePixelColors: false");
    }

    [TestMethod]
    public void Planar_pixels_are_stamped()
    {
        var view = Extract(ImagePixelExtractingEstimator.ColorBits.Rgb, isInterleaved: false);
        var stamped = _ml.Transforms.StampTrigger("Pixels", Square).Fit(view).Transform(view);
        Assert.AreEqual(255f, stamped.Vectors<float>("Pixels")[0][0]);
    }

    private static TorchCnnTrainer.Options Options() => new()
    {
        ImageColumnName = "Pixels",
        Epochs = 1,
        Network = Linear,
    };

    private IDataView Extract(ImagePixelExtractingEstimator.ColorBits colors, bool isInterleaved)
    {
        var images = ColorImages.View(_ml, ColorImages.Make(3));
        return _ml.Transforms.ExtractPixels("Pixels", "Image", colors, interleavePixelColors: isInterleaved)
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label", "Digit")).Fit(images).Transform(images);
    }
}
