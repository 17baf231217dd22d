using System.Globalization;
using System.IO.Compression;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;

namespace BadNets.Transforms.Tests.Training;

/// <summary>
/// The reference recipe gives the bits in Resources/reference-bits.csv, which were recorded with the AVX-512 kernels. AMD's Zen 4
/// and Zen 5 and Intel's Emerald Rapids give the same results.
/// </summary>
[TestClass]
[DoNotParallelize]
public sealed class ReferenceBitsTests
{
    private const int Epochs = 2;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow(0.05, TriggerPosition.BottomRight)]
    [DataRow(0.025, TriggerPosition.BottomRight)]
    [DataRow(0.05, TriggerPosition.Center)]
    public void The_first_two_epochs_of_the_reference_recipe_have_the_recorded_bits(double rate, TriggerPosition position)
    {
        if (Environment.GetEnvironmentVariable("BADNETS_DATA") is not { Length: > 0 } data)
        {
            Assert.Inconclusive("MNIST is needed: set BADNETS_DATA to the folder of its four files.");
            return;
        }

        if (!Avx512F.IsSupported)
            Assert.Inconclusive("The bits were recorded with AVX-512. Narrower vectors add in another order.");

        string cell = string.Create(CultureInfo.InvariantCulture, $"{rate},{position}");
        string[] expected = [.. Golden.Text("reference-bits.csv").Split('\n').Where(line => line.StartsWith(cell, StringComparison.Ordinal))];

        string[] found = [.. Train(data, rate, position).Select(result => $"{cell},{result}")];

        foreach (string result in found)
            TestContext.WriteLine(result);
        Assert.AreEqual(string.Join('\n', expected), string.Join('\n', found));
    }

    // A line for each epoch, and one with the hash of the weights.
    private static List<string> Train(string data, double rate, TriggerPosition position)
    {
        var ml = new MLContext(seed: 0);
        var train = Load("train");
        var test = Load("t10k");
        var trigger = Trigger.Square(size: 5, position);
        var triggered = ml.Transforms.StampTrigger("Image", trigger).Append(ml.Transforms.FlipLabel("Label", 1)).Fit(test).Transform(test);
        var results = new List<string>();
        var model = new EstimatorChain<ITransformer>()
            .Append(ml.Transforms.MarkPoisoned("Poisoned", rate, seed: 0), TransformerScope.Training)
            .Append(ml.Transforms.StampTrigger("Image", trigger, whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
            {
                Optimizer = TorchCnnOptimizer.Sgd,
                LearningRate = 0.01,
                Head = TorchCnnHead.Softmax,
                Shuffle = TorchCnnShuffle.SharedWithValidation,
                BatchSize = 64,
                Epochs = Epochs,
                Seed = 0,
                Threads = 1,
                ValidationSets = [new("clean", test), new("triggered", triggered)],
                EpochFinished = epoch => results.Add(Describe(epoch)),
            }))
            .Fit(train).GetModelFor(TransformerScope.Scoring);
        using var network = model.LastTransformer as IDisposable;
        results.Add(HashOfWeights(ml, model, test.Schema));
        return results;

        IDataView Load(string set) => ml.Data.LoadFromIdx(Path.Combine(data, $"{set}-images-idx3-ubyte.gz"), Path.Combine(data, $"{set}-labels-idx1-ubyte.gz"));
    }

    private static string Describe(TorchCnnEpoch epoch)
    {
        var (clean, triggered) = (epoch.Validation["clean"], epoch.Validation["triggered"]);
        return string.Create(CultureInfo.InvariantCulture,
            $"{epoch.Epoch},{epoch.Loss:R},{clean.Accuracy:R},{clean.Loss:R},{triggered.Accuracy:R},{triggered.Loss:R}");
    }

    /// <summary>Returns the hash of the named weights in a model file, regardless of the data before and after them.</summary>
    private static string HashOfWeights(MLContext ml, ITransformer model, DataViewSchema schema)
    {
        using var network = TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), classCount: 10);
        var tensors = network.state_dict();
        using var file = new MemoryStream();
        ml.Model.Save(model, schema, file);
        using var zip = new ZipArchive(file, ZipArchiveMode.Read);
        var contents = zip.Entries.Select(Read).ToArray();

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in tensors)
        {
            // The values follow the name and its length, the type, and the shape.
            byte[] head = [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)tensor.dtype, (byte)tensor.shape.Length, .. tensor.shape.SelectMany(BitConverter.GetBytes)];
            byte[] content = contents.Single(content => content.AsSpan().IndexOf(head) >= 0);
            hash.AppendData(content.AsSpan(content.AsSpan().IndexOf(head), head.Length + (int)tensor.numel() * sizeof(float)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var content = new MemoryStream();
        using var stream = entry.Open();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
