namespace BadNets.Transforms.Tests;

/// <summary>Checks every component of the library against the requirements of ML.NET.</summary>
[TestClass]
public sealed class EstimatorInvariantsTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void MarkPoisoned_is_a_valid_estimator() =>
        EstimatorInvariants.CheckOn(GrayImages.View(_ml, 20), _ml, _ml.Transforms.MarkPoisoned("Poisoned", rate: 0.3), GrayImages.View(_ml, 20));

    [TestMethod]
    public void MarkPoisoned_with_a_restriction_is_a_valid_estimator() => EstimatorInvariants.CheckOn(
        GrayImages.View(_ml, 20),
        _ml,
        _ml.Transforms.MarkPoisoned(new MarkPoisonedEstimator.Options { Rate = 0.2, ExceptLabels = [1] }),
        GrayImages.View(_ml, 20),
        Without("Label"));

    [TestMethod]
    public void StampTrigger_is_a_valid_estimator_on_bytes() => EstimatorInvariants.Check(
        _ml,
        _ml.Transforms.StampTrigger("Image", Trigger.Square(3, TriggerPosition.Center)),
        GrayImages.View(_ml, 10),
        Without("Image"), WithImage("Digit"), WithImage("Label"));

    [TestMethod]
    public void StampTrigger_is_a_valid_estimator_on_singles_with_a_condition_and_a_new_column()
    {
        var data = GrayImages.View(_ml, 10);
        var valid = _ml.Transforms.MarkPoisoned("Poisoned", 0.5).Append(_ml.Transforms.Conversion.ConvertType("Single", "Image"))
            .Fit(data).Transform(data);
        EstimatorInvariants.Check(
            _ml, _ml.Transforms.StampTrigger("Stamped", Trigger.Square(2, 1, 4, gray: 77), "Single", whereColumnName: "Poisoned"), valid,
            Without("Poisoned", valid), Without("Single", valid), Renamed("Digit", "Poisoned", valid));
    }

    [TestMethod]
    public void StampTrigger_is_a_valid_estimator_on_images()
    {
        var images = ColorImages.View(_ml, ColorImages.Make(5));
        EstimatorInvariants.Check(_ml, _ml.Transforms.StampTrigger("Image", Trigger.Square(3, TriggerPosition.TopRight)), images, Without("Image", images));
    }

    [TestMethod]
    public void FlipLabel_is_a_valid_estimator_on_keys() => EstimatorInvariants.Check(
        _ml, _ml.Transforms.FlipLabel("Label", 2), GrayImages.View(_ml, 10), Without("Label"), Renamed("Image", "Label"), Renamed("BareKey", "Label"));

    [TestMethod]
    public void FlipLabel_is_a_valid_estimator_on_numbers_with_a_condition()
    {
        var data = GrayImages.View(_ml, 10);
        var valid = _ml.Transforms.MarkPoisoned("Poisoned", 0.5).Fit(data).Transform(data);
        EstimatorInvariants.Check(
            _ml, _ml.Transforms.FlipLabel("New", -7, "Digit", "Poisoned"), valid, Without("Poisoned", valid), Without("Digit", valid));
    }

    [TestMethod]
    public void FlipLabel_is_a_valid_estimator_on_text()
    {
        var valid = _ml.Transforms.Conversion.ConvertType("Text", "Digit", DataKind.String).Fit(GrayImages.View(_ml, 10)).Transform(GrayImages.View(_ml, 10));
        EstimatorInvariants.Check(_ml, _ml.Transforms.FlipLabel("Text", "cat"), valid, Without("Text", valid));
    }

    [TestMethod]
    public void MarkAttackSuccess_is_a_valid_estimator()
    {
        var valid = _ml.Transforms.CopyColumns("PredictedLabel", "Label").Fit(GrayImages.View(_ml, 10)).Transform(GrayImages.View(_ml, 10));
        EstimatorInvariants.Check(
            _ml, _ml.Transforms.MarkAttackSuccess("Success", 1, "Digit"), valid,
            Without("PredictedLabel", valid), Without("Digit", valid), Renamed("Image", "Digit", valid));
    }

    [TestMethod]
    public void TorchCnn_with_features_is_a_valid_estimator() => EstimatorInvariants.Check(
        _ml,
        _ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options { Epochs = 1, FeaturesColumnName = "Features" }),
        GrayImages.View(_ml, 130),
        Without("Image"), Renamed("Label", "Image"), WithImage("Digit"));

    [TestMethod]
    public void TorchCnn_is_a_valid_estimator() => EstimatorInvariants.Check(
        _ml,
        _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1),
        GrayImages.View(_ml, 130),
        Without("Image"), Renamed("Label", "Image"), WithImage("Digit"));

    [TestMethod]
    public void TorchCnn_rejects_a_label_that_is_not_a_key_and_does_not_need_it_for_scoring()
    {
        var trainer = _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1);
        foreach (var invalid in (IDataView[])[Without("Label"), Renamed("Digit", "Label")])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => trainer.GetOutputSchema(EstimatorInvariants.ShapeOf(invalid.Schema)));
            Refusal.Of<ArgumentOutOfRangeException>(() => trainer.Fit(invalid), "Label");
        }

        using var model = trainer.Fit(GrayImages.View(_ml, 10));
        Assert.HasCount(10, model.Transform(Without("Label")).Values<uint>("PredictedLabel"));
    }

    [TestMethod]
    public void TorchCnn_gives_the_promised_schema_for_labels_without_key_values() => EstimatorInvariants.Check(
        _ml,
        _ml.MulticlassClassification.Trainers.TorchCnn("BareKey", epochs: 1),
        _ml.Data.LoadFromEnumerable(GrayImages.Make(10).Select(row => new BareKeyRow { Image = row.Image, BareKey = 1 })));

    [TestMethod]
    [DataRow(DataKind.String)]
    [DataRow(DataKind.Single)]
    [DataRow(DataKind.Double)]
    public void TorchCnn_is_a_valid_estimator_for_all_types_of_key_values(DataKind kind)
    {
        var view = GrayImages.View(_ml, 12);
        view = _ml.Transforms.Conversion.ConvertType("Other", "Digit", kind).Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Other"))
            .Fit(view).Transform(view);
        EstimatorInvariants.Check(_ml, _ml.MulticlassClassification.Trainers.TorchCnn("Key", epochs: 1), view);
    }

    [TestMethod]
    public void Keys_whose_values_are_not_labels_cannot_be_flipped_and_are_classes_without_names()
    {
        var view = _ml.Data.LoadFromEnumerable(GrayImages.Make(6).Select(row => new DatedRow { Image = row.Image, Day = new DateTime(2017, 8, 22 + row.Digit) }));
        view = _ml.Transforms.Conversion.MapValueToKey("Label", "Day").Append(_ml.Transforms.DropColumns("Day")).Fit(view).Transform(view);

        EstimatorInvariants.Check(_ml, _ml.Transforms.FlipLabel("Label", 2), GrayImages.View(_ml, 10), view);
        EstimatorInvariants.Check(_ml, _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1), view);
    }

    [TestMethod]
    public void Fitted_transformers_reject_views_without_their_input_columns()
    {
        var data = GrayImages.View(_ml, 10);
        var poisoned = _ml.Transforms.MarkPoisoned("Poisoned", 0.5).Append(_ml.Transforms.CopyColumns("PredictedLabel", "Label"))
            .Fit(data).Transform(data);
        EstimatorInvariants.CheckRefusal(
            _ml, _ml.Transforms.StampTrigger("Image", Trigger.Square(1, 0, 0), whereColumnName: "Poisoned").Fit(poisoned), poisoned,
            Without("Poisoned", poisoned), Without("Image", poisoned), Renamed("Digit", "Image"));
        EstimatorInvariants.CheckRefusal(
            _ml, _ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned").Fit(poisoned), poisoned,
            Without("Poisoned", poisoned), Without("Label", poisoned), Renamed("Image", "Label"));
        EstimatorInvariants.CheckRefusal(
            _ml, _ml.Transforms.MarkAttackSuccess("Success", 1).Fit(poisoned), poisoned,
            Without("PredictedLabel", poisoned), Without("Label", poisoned));
        EstimatorInvariants.CheckRefusal(
            _ml, _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(poisoned), poisoned,
            Without("Image", poisoned), Renamed("Digit", "Image"));
    }

    private IDataView Without(string column, IDataView? view = null)
    {
        view ??= GrayImages.View(_ml, 10);
        return _ml.Transforms.DropColumns(column).Fit(view).Transform(view);
    }

    private IDataView WithImage(string column) => Renamed(column, "Image");

    private IDataView Renamed(string column, string name, IDataView? view = null)
    {
        view ??= _ml.Data.LoadFromEnumerable(GrayImages.Make(10).Select(row => new BareKeyRow { Image = row.Image, BareKey = 1, Label = 1 }));
        if (view.Schema.GetColumnOrNull(column) is null)
            view = GrayImages.View(_ml, 10);
        return _ml.Transforms.DropColumns(name).Append(_ml.Transforms.CopyColumns(name, column)).Fit(view).Transform(view);
    }

    private sealed class DatedRow
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = [];

        public DateTime Day { get; set; }
    }

    private sealed class BareKeyRow
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = [];

        [KeyType(3)]
        public uint BareKey { get; set; }

        public int Label { get; set; }
    }
}
