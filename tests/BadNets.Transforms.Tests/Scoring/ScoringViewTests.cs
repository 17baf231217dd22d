using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

/// <summary>Scoring of different kinds of views with a trained model.</summary>
[TestClass]
public sealed class ScoringViewTests
{
    private static readonly TorchNetwork FirstPixel = new((_, _) => new FirstPixelNetwork());

    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void A_view_with_a_different_order_in_every_pass_keeps_scores_with_their_rows()
    {
        using var model = FirstPixelModel();
        var scored = model.Transform(new SharedBufferView(250, new ImageShape(1, 1, 2), isShuffledAnew: true));

        CheckRows(scored, 250);
        CheckRows(scored, 250);
    }

    [TestMethod]
    public void A_shuffled_view_keeps_scores_with_their_rows()
    {
        using var model = FirstPixelModel();
        var rows = Enumerable.Range(0, 230).Select(i => new Row { Image = [(byte)i, 0], Number = i, Name = $"row {i}" });
        var shuffled = _ml.Data.ShuffleRows(_ml.Data.LoadFromEnumerable(rows));

        CheckRows(model.Transform(shuffled), 230);
        CheckRows(_ml.Data.ShuffleRows(model.Transform(_ml.Data.LoadFromEnumerable(rows.ToArray()))), 230);
    }

    [TestMethod]
    public void Views_that_differ_in_each_pass_are_scored()
    {
        using var model = FirstPixelModel();
        var queue = new Queue<Row>(Enumerable.Range(0, 150).Select(i => new Row { Image = [(byte)i, 0], Number = i, Name = $"row {i}" }));
        CheckRows(model.Transform(_ml.Data.LoadFromEnumerable(Drain(queue))), 150);

        static IEnumerable<Row> Drain(Queue<Row> queue)
        {
            while (queue.TryDequeue(out var row))
                yield return row;
        }
    }

    [TestMethod]
    public void Every_pass_keeps_the_row_IDs_and_the_number_of_rows()
    {
        using var model = FirstPixelModel();
        var view = _ml.Data.FilterRowsByColumn(_ml.Data.LoadFromEnumerable(Rows(220)), "Number", lowerBound: 50);
        var scored = model.Transform(view);

        CollectionAssert.AreEqual(Ids(view), Ids(scored));
        Assert.HasCount(170, Ids(scored));

        static DataViewRowId[] Ids(IDataView view)
        {
            using var cursor = view.GetRowCursor(view.Schema);
            var getter = cursor.GetIdGetter();
            var ids = new List<DataViewRowId>();
            DataViewRowId id = default;
            while (cursor.MoveNext())
            {
                getter(ref id);
                ids.Add(id);
            }

            return [.. ids];
        }
    }

    [TestMethod]
    public void Only_requested_columns_are_active()
    {
        using var model = FirstPixelModel();
        var scored = model.Transform(_ml.Data.LoadFromEnumerable(Rows(120)));
        using var cursor = scored.GetRowCursor([scored.Schema["Number"]]);

        Assert.IsFalse(cursor.IsColumnActive(scored.Schema["Score"]));
        Refusal.Of<InvalidOperationException>(() => cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]), "Score");
        CollectionAssert.AreEqual(Enumerable.Range(0, 120).Select(i => (float)i).ToArray(), scored.Values<float>("Number"));
        CollectionAssert.AreEqual(Enumerable.Range(0, 120).Select(i => i % 2 == 0 ? 1u : 2u).ToArray(), scored.Values<uint>("PredictedLabel"));
    }

    [TestMethod]
    public void Getters_check_the_value_type()
    {
        using var model = FirstPixelModel();
        var scored = model.Transform(_ml.Data.LoadFromEnumerable(Rows(3)));
        using var cursor = scored.GetRowCursor(scored.Schema);
        Refusal.Of<InvalidOperationException>(() => cursor.GetGetter<float>(scored.Schema["Score"]), "Score", "Single");
        Refusal.Of<InvalidOperationException>(() => cursor.GetGetter<int>(scored.Schema["Name"]), "Name", "Int32");
    }

    [TestMethod]
    public void Other_image_columns_stay_with_their_rows()
    {
        using var model = FirstPixelModel();
        var images = Enumerable.Range(0, 5).Select(i => ColorImages.MakeImage(2, 2, i)).ToArray();
        var view = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 5).Select(i => new PictureRow { Image = [(byte)i, 0], Picture = images[i] }));
        var scored = model.Transform(view);
        using var cursor = scored.GetRowCursor(scored.Schema);
        var picture = cursor.GetGetter<MLImage>(scored.Schema["Picture"]);
        var label = cursor.GetGetter<uint>(scored.Schema["PredictedLabel"]);
        MLImage current = null!;
        uint predicted = 0;
        for (int row = 0; row < 5; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            picture(ref current);
            label(ref predicted);
            Assert.AreSame(images[row], current);
            Assert.AreEqual(row % 2 + 1u, predicted);
        }

        Assert.IsFalse(cursor.MoveNext());
    }

    [TestMethod]
    public void An_empty_view_is_scored_to_an_empty_one()
    {
        using var model = FirstPixelModel();
        Assert.IsEmpty(model.Transform(_ml.Data.LoadFromEnumerable(Rows(0))).Values<uint>("PredictedLabel"));
    }

    [TestMethod]
    public void Several_threads_can_score_concurrently()
    {
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(GrayImages.View(_ml, 60));
        var view = GrayImages.View(_ml, 150, seed: 2);
        string[] expected = EstimatorInvariants.Describe(model.Transform(view));

        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 3 }, _ =>
            CollectionAssert.AreEqual(expected, EstimatorInvariants.Describe(model.Transform(view))));
    }

    [TestMethod]
    public void Scores_are_probabilities_and_the_predicted_label_has_the_highest()
    {
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(GrayImages.View(_ml, 60));
        var scored = model.Transform(GrayImages.View(_ml, 130, seed: 3));
        foreach (var (scores, label) in scored.Vectors<float>("Score").Zip(scored.Values<uint>("PredictedLabel")))
        {
            Assert.AreEqual(1, scores.Sum(), 1e-5);
            Assert.AreEqual(Array.IndexOf(scores, scores.Max()) + 1u, label);
        }
    }

    [TestMethod]
    public void A_disposed_model_throws_ObjectDisposedException()
    {
        var model = FirstPixelModel();
        var scored = model.Transform(_ml.Data.LoadFromEnumerable(Rows(3)));
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => scored.Vectors<float>("Score"));
        Assert.Throws<ObjectDisposedException>(() => EstimatorInvariants.SaveAndLoad(_ml, model, scored.Schema, out _));
    }

    [TestMethod]
    public void Images_with_a_different_shape_are_rejected()
    {
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(GrayImages.View(_ml, 10));
        Refusal.Of<ArgumentOutOfRangeException>(() => model.Transform(_ml.Data.LoadFromEnumerable(Rows(3))), "Image", "1×16×16");
    }

    // The score of class 2 is above that of class 1 where the first pixel is odd.
    private TorchCnnTransformer FirstPixelModel() => _ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
    {
        Network = FirstPixel,
        Normalization = PixelNormalization.None,
        Epochs = 1,
        Optimizer = TorchCnnOptimizer.Sgd,
        LearningRate = 1e-30,
    }).Fit(_ml.Data.LoadFromEnumerable(Rows(2)));

    private static void CheckRows(IDataView scored, int count)
    {
        var columns = new[] { scored.Schema["Image"], scored.Schema["Number"], scored.Schema["Name"], scored.Schema["Score"], scored.Schema["PredictedLabel"] };
        using var cursor = scored.GetRowCursor(columns);
        var image = cursor.GetGetter<VBuffer<byte>>(columns[0]);
        ValueGetter<float>? single = columns[1].Type == NumberDataViewType.Single ? cursor.GetGetter<float>(columns[1]) : null;
        ValueGetter<int>? integer = single is null ? cursor.GetGetter<int>(columns[1]) : null;
        var name = cursor.GetGetter<ReadOnlyMemory<char>>(columns[2]);
        var label = cursor.GetGetter<uint>(columns[4]);
        VBuffer<byte> pixels = default;
        ReadOnlyMemory<char> text = default;
        float number = 0;
        int whole = 0;
        uint predicted = 0;
        var seen = new HashSet<float>();
        while (cursor.MoveNext())
        {
            image(ref pixels);
            if (single is null)
            {
                integer!(ref whole);
                number = whole;
            }
            else
            {
                single(ref number);
            }

            name(ref text);
            label(ref predicted);
            Assert.AreEqual(number, pixels.GetValues()[0]);
            Assert.AreEqual($"row {number}", text.ToString());
            Assert.AreEqual(number % 2 + 1, predicted);
            Assert.IsTrue(seen.Add(number));
        }

        Assert.HasCount(count, seen);
    }

    private static IEnumerable<Row> Rows(int count) =>
        Enumerable.Range(0, count).Select(i => new Row { Image = [(byte)i, 0], Number = i, Name = $"row {i}" });

    private sealed class Row
    {
        [VectorType(1, 1, 2)]
        public byte[] Image { get; set; } = [];

        public float Number { get; set; }

        public string Name { get; set; } = "";

        [KeyType(2)]
        public uint Label { get; set; } = 1;
    }

    private sealed class PictureRow
    {
        [VectorType(1, 1, 2)]
        public byte[] Image { get; set; } = [];

        [Microsoft.ML.Transforms.Image.ImageType(2, 2)]
        public MLImage Picture { get; set; } = null!;
    }

    private sealed class FirstPixelNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Parameter weight = nn.Parameter(ones(1));

        public FirstPixelNetwork()
            : base(nameof(FirstPixelNetwork)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var odd = input.flatten(1)[TensorIndex.Colon, 0].remainder(tensor(2f));
            var even = odd.eq(tensor(0f)).to(ScalarType.Float32);
            return stack([even, odd], 1).mul(weight);
        }
    }
}
