namespace BadNets.Transforms.Tests;

/// <summary>A trained model in ML.NET's prediction engine.</summary>
[TestClass]
public sealed class PredictionEngineTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void A_flat_vector_of_the_model_s_size_is_scored_as_an_image()
    {
        using var model = TrainGray();
        byte[] image = GrayImages.Make(1)[0].Image;
        using var shaped = Engine<Shaped>(model);
        using var flat = Engine<Flat>(model);

        CollectionAssert.AreEqual(shaped.Predict(new Shaped { Image = image }).Score, flat.Predict(new Flat { Image = image }).Score);
    }

    [TestMethod]
    public void Vectors_with_a_wrong_or_unknown_length_are_rejected_with_the_attribute_to_use()
    {
        using var model = TrainGray();
        Refusal.Of<ArgumentOutOfRangeException>(() => Engine<Short>(model), "Image", "[VectorType(1, 16, 16)]");
        Refusal.Of<ArgumentOutOfRangeException>(() => Engine<Unsized>(model), "Image", "[VectorType(1, 16, 16)]");
    }

    [TestMethod]
    public void A_flat_vector_is_rejected_where_the_channels_could_be_interleaved()
    {
        var rows = Enumerable.Range(0, 4).Select(_ => new Colored());
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(_ml.Data.LoadFromEnumerable(rows));
        Refusal.Of<ArgumentOutOfRangeException>(() => Engine<FlatColored>(model), "Image", "[VectorType(3, 16, 16)]");
    }

    [TestMethod]
    public void A_model_saved_for_scoring_gives_an_engine_from_its_schema_without_a_label()
    {
        using var folder = new TemporaryFolder();
        var train = GrayImages.View(_ml, 60);
        using var model = new EstimatorChain<ITransformer>()
            .Append(_ml.Transforms.MarkPoisoned("Poisoned", rate: 0.1), TransformerScope.Training)
            .Append(_ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(_ml.Transforms.Conversion.ConvertType("Image", "Image", DataKind.Single))
            .Append(_ml.MulticlassClassification.Trainers.TorchCnn(epochs: 2, batchSize: 16))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Digit", "PredictedLabel"))
            .Fit(train).GetModelFor(TransformerScope.Scoring);
        _ml.Model.SaveForScoring(model, train.Schema, folder["model.zip"]);

        var loaded = _ml.Model.Load(folder["model.zip"], out var schema);
        Assert.AreEqual("Image", string.Join(", ", schema.Select(column => column.Name)));
        Assert.AreEqual(train.Schema["Image"].Type, schema["Image"].Type);
        using var engine = _ml.Model.CreatePredictionEngine<Unsized, Prediction>(loaded, schema);
        int[] digits = [.. GrayImages.Make(9).Select(row => engine.Predict(new Unsized { Image = row.Image }).Digit)];
        CollectionAssert.AreEqual(model.Transform(GrayImages.View(_ml, 9)).Values<int>("Digit"), digits);
    }

    [TestMethod]
    public void A_model_that_filters_rows_cannot_be_saved_for_scoring()
    {
        using var folder = new TemporaryFolder();
        var view = GrayImages.View(_ml, 5);
        var filter = new RowFilter();
        Refusal.Of<ArgumentException>(() => _ml.Model.SaveForScoring(filter, view.Schema, folder["model.zip"]), "row-to-row", "Save");
        Assert.IsFalse(File.Exists(folder["model.zip"]));
    }

    [TestMethod]
    public void An_engine_that_owns_its_model_disposes_of_it_and_the_message_explains_how_to_keep_it()
    {
        var model = TrainGray();
        var view = GrayImages.View(_ml, 3);
        _ml.Model.CreatePredictionEngine<Flat, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false }).Dispose();
        Assert.HasCount(3, model.Transform(view).Values<uint>("PredictedLabel"));

        Engine<Flat>(model).Dispose();
        Refusal.Of<ObjectDisposedException>(() => model.Transform(view).Values<uint>("PredictedLabel"), "PredictionEngine", "disposed of", "OwnsTransformer to false");
    }

    private TorchCnnTransformer TrainGray() => _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1, batchSize: 16).Fit(GrayImages.View(_ml, 60));

    private PredictionEngine<T, Prediction> Engine<T>(ITransformer model) where T : class =>
        _ml.Model.CreatePredictionEngine<T, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = typeof(T) == typeof(Flat) });

    private sealed class Shaped
    {
        [VectorType(1, 16, 16)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Flat
    {
        [VectorType(256)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Short
    {
        [VectorType(255)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Unsized
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class Colored
    {
        [VectorType(3, 16, 16)]
        public byte[] Image { get; set; } = new byte[768];

        [KeyType(2)]
        public uint Label { get; set; } = 1;
    }

    private sealed class FlatColored
    {
        [VectorType(768)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];

        public int Digit { get; set; }
    }

    private sealed class RowFilter : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();

        public IDataView Transform(IDataView input) => input;
    }
}
