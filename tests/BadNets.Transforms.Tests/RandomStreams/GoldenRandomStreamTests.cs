using System.Text.Json;
using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed partial class GoldenRandomStreamTests
{
    public static IEnumerable<object[]> Samples => Golden.Random.EnumerateObject()
        .Where(entry => entry.Name.StartsWith("sample_", StringComparison.Ordinal)).Select(entry => new object[] { entry.Name });

    [TestMethod]
    [DynamicData(nameof(Samples))]
    public void Poisoned_rows_match_Python(string name)
    {
        var expected = Golden.Random.GetProperty(name);
        int[] numbers = [.. Digits().Matches(name).Select(match => int.Parse(match.Value))];
        var (seed, rows, count) = (numbers[0], numbers[1], numbers[2]);
        var ml = new MLContext();
        var view = ml.Data.LoadFromEnumerable(Enumerable.Repeat(new Empty(), rows));

        // floor((k + ½) / n · n) is k, regardless of rounding.
        var drawn = ml.Transforms.MarkPoisoned("Poisoned", Math.Min(1, (count + 0.5) / rows), seed).Fit(view).PoisonedRows;

        Assert.HasCount(count, drawn);
        CollectionAssert.AreEqual(Integers(expected.GetProperty("first")), drawn.Take(expected.GetProperty("first").GetArrayLength()).ToArray());
        Assert.AreEqual(expected.GetProperty("sum").GetInt64(), drawn.Sum(row => (long)row));
        Assert.AreEqual(expected.GetProperty("sha256_of_comma_joined").GetString(), Golden.Hash(drawn));
    }

    [TestMethod]
    public void Initial_weights_match_PyTorch()
    {
        using var network = TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), classCount: 10, seed: 0);
        var weights = network.state_dict();
        var expected = Golden.Random.GetProperty("init_seed0").EnumerateObject().ToArray();

        CollectionAssert.AreEquivalent(expected.Select(entry => entry.Name).ToArray(), weights.Keys);
        foreach (var entry in expected)
        {
            var values = weights[entry.Name].detach().data<float>().ToArray();
            Assert.AreEqual(entry.Value.GetProperty("sum").GetDouble(), values.Sum(value => (double)value), 1e-4, entry.Name);
            foreach (var (want, got) in entry.Value.GetProperty("first3").EnumerateArray().Zip(values))
                Assert.AreEqual(want.GetSingle(), got, 1e-8f, entry.Name);
        }
    }

    [TestMethod]
    public void Training_reads_the_rows_in_the_order_of_a_PyTorch_loader_that_shares_its_generator()
    {
        var ml = new MLContext();
        var seen = new List<int>();
        var epochs = new List<int[]>();
        ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
        {
            Network = new TorchNetwork((_, _) => new RecordingNetwork(seen)),
            Normalization = PixelNormalization.None,
            BatchSize = 1000,
            Epochs = 3,
            Optimizer = TorchCnnOptimizer.Sgd,
            Seed = 0,
            Shuffle = TorchCnnShuffle.SharedWithValidation,
            ValidationSets = [new("clean", NumberedRows(ml, 10_000)), new("triggered", NumberedRows(ml, 10_000))],
            EpochFinished = _ =>
            {
                epochs.Add([.. seen]);
                seen.Clear();
            },
        }).Fit(NumberedRows(ml, 60_000)).Dispose();

        var expected = Golden.Random.GetProperty("shuffle_seed0_train60000_then_two_eval10000").EnumerateArray().ToArray();
        Assert.HasCount(expected.Length, epochs);
        foreach (var (want, got) in expected.Zip(epochs))
        {
            CollectionAssert.AreEqual(Integers(want.GetProperty("train_first")), got[..10]);
            Assert.AreEqual(want.GetProperty("train_sha256_of_comma_joined").GetString(), Golden.Hash(got));
        }
    }

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    private static IDataView NumberedRows(MLContext ml, int count) => ml.Data.LoadFromEnumerable(
        Enumerable.Range(0, count).Select(row => new NumberedRow { Image = [row / 256, row % 256], Label = 1 }));

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    private sealed class Empty;

    private sealed class NumberedRow
    {
        [VectorType(1, 1, 2)]
        public float[] Image { get; set; } = [];

        [KeyType(2)]
        public uint Label { get; set; }
    }

    /// <summary>Records the numbers of the rows that it is trained on. Each image contains the number of its row.</summary>
    private sealed class RecordingNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear layer = nn.Linear(2, 2);
        private readonly List<int> _seen;

        public RecordingNetwork(List<int> seen)
            : base(nameof(RecordingNetwork))
        {
            _seen = seen;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            if (training)
            {
                var pixels = input.data<float>().ToArray();
                for (int i = 0; i < pixels.Length; i += 2)
                    _seen.Add((int)pixels[i] * 256 + (int)pixels[i + 1]);
            }

            return layer.call(input.flatten(1).div(tensor(256f)));
        }
    }
}
