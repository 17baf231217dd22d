using System.Buffers.Binary;
using System.Reflection;
using System.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class SavedModelTests
{
    private const string TinyName = "tests/tiny";

    private static readonly TorchNetwork Tiny = TorchNetwork.Register(TinyName, (shape, classes) => new TinyNetwork(shape, classes));
    private static readonly MLContext Ml = new(seed: 0);
    private static readonly IDataView View = GrayImages.View(Ml, 40);

    // Channels, height, and width follow the names of the network and of three columns. The class count follows after three more singles.
    private const int ShapeAt = 1 + 10 + 1 + 5 + 1 + 5 + 1 + 14;
    private const int ClassesAt = ShapeAt + 7 * 4;

    private static readonly Lazy<byte[]> TinyModel = new(() => ModelFile.Save(Ml, Train(Tiny), View.Schema));

    [TestMethod]
    public void A_chain_for_scoring_does_not_contain_the_training_steps()
    {
        var chain = new EstimatorChain<ITransformer>()
            .Append(Ml.Transforms.MarkPoisoned("Poisoned", 0.1), TransformerScope.Training)
            .Append(Ml.Transforms.StampTrigger("Image", Trigger.Square(2, 0, 0), whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(Ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(Ml.MulticlassClassification.Trainers.TorchCnn(Options(Tiny)))
            .Fit(View);
        var whole = new ModelFile(ModelFile.Save(Ml, chain, View.Schema));
        var scoring = new ModelFile(ModelFile.Save(Ml, chain.GetModelFor(TransformerScope.Scoring), View.Schema));

        foreach (string step in (string[])["BadNetsMarkPoisoned", "BadNetsStampTrigger", "BadNetsFlipLabel"])
        {
            whole.Find(step);
            Assert.Throws<AssertFailedException>(() => scoring.Find(step));
        }

        var loaded = Load(scoring.ToZip());
        CollectionAssert.AreEqual(
            EstimatorInvariants.Describe(chain.GetModelFor(TransformerScope.Scoring).Transform(View)), EstimatorInvariants.Describe(loaded.Transform(View)));
        CollectionAssert.AreEqual(EstimatorInvariants.Describe(chain.Transform(View)), EstimatorInvariants.Describe(Load(whole.ToZip()).Transform(View)));
    }

    [TestMethod]
    public void Saving_a_model_again_or_after_loading_gives_the_same_weights()
    {
        var loaded = Load(TinyModel.Value);
        var again = new ModelFile(ModelFile.Save(Ml, loaded, View.Schema));
        var first = new ModelFile(TinyModel.Value);
        var (entry, _) = first.Find(TinyName);
        CollectionAssert.AreEqual(first.Entries[entry], again.Entries[again.Find(TinyName).Entry]);
    }

    [TestMethod]
    public void Weights_are_plain_named_little_endian_numbers()
    {
        using var model = Train(Tiny);
        var (entry, _) = new ModelFile(TinyModel.Value).Find(TinyName);
        byte[] content = new ModelFile(TinyModel.Value).Entries[entry];
        int at = content.AsSpan().IndexOf("layer.weight"u8) + "layer.weight".Length;

        // Element type 6: single; two dimensions.
        Assert.AreEqual(6, content[at]);
        Assert.AreEqual(2, content[at + 1]);
        Assert.AreEqual(3, BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(at + 2)));
        Assert.AreEqual(16, BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(at + 10)));
        Assert.IsTrue(float.IsFinite(BinaryPrimitives.ReadSingleLittleEndian(content.AsSpan(at + 18))));
    }

    [TestMethod]
    public void An_unregistered_network_is_reported_with_how_to_register_it()
    {
        byte[] file = new ModelFile(TinyModel.Value).WithNetwork(TinyName, saved => "tests/tinx"u8.CopyTo(saved.AsSpan(1)));
        CheckRefusal<InvalidOperationException>(file, "'tests/tinx'", "TorchNetwork.Register(\"tests/tinx\"");
    }

    [TestMethod]
    public void A_network_is_not_created_for_an_image_shape_or_class_count_that_does_not_match_the_weights()
    {
        var bare = new ModelFile(ModelFile.Save(Ml, TrainBare(Tiny), View.Schema));
        var badNets = new ModelFile(ModelFile.Save(Ml, TrainBare(TorchNetwork.BadNets), View.Schema));
        const int Shorter = 3;
        foreach (int height in (int[])[0, -1, int.MinValue, 1 << 20, 1 << 30, int.MaxValue])
        {
            // The small network has the same number of weights for larger images.
            if (height != 1 << 20)
                CheckRefusal<InvalidDataException>(bare.WithNetwork(TinyName, saved => Write(saved, ShapeAt + 4, height)), "weights", $"1×{height}×16");
            CheckRefusal<InvalidDataException>(badNets.WithNetwork("BadNets", saved => Write(saved, ShapeAt - Shorter + 4, height)), "weights", $"1×{height}×16");
        }

        CheckRefusal<InvalidDataException>(badNets.WithNetwork("BadNets", saved => Write(saved, ShapeAt - Shorter, 1 << 20)), "weights", "1048576×16×16");
        CheckRefusal<InvalidDataException>(badNets.WithNetwork("BadNets", saved => Write(saved, ShapeAt - Shorter + 4, 2000)), "weights", "1×2000×16");
        foreach (int classes in (int[])[1 << 20, int.MaxValue])
        {
            CheckRefusal<InvalidDataException>(bare.WithNetwork(TinyName, saved => Write(saved, ClassesAt, classes)), "weights", $"{classes} classes");
            CheckRefusal<InvalidDataException>(badNets.WithNetwork("BadNets", saved => Write(saved, ClassesAt - Shorter, classes)), "weights", $"{classes} classes");
        }

        foreach (int classes in (int[])[0, -1])
            CheckRefusal<InvalidDataException>(bare.WithNetwork(TinyName, saved => Write(saved, ClassesAt, classes)), $"{classes} classes");
    }

    [TestMethod]
    public void Weights_of_another_shape_type_or_name_are_rejected()
    {
        var file = new ModelFile(TinyModel.Value);
        CheckRefusal<InvalidDataException>(file.WithNetwork(TinyName, saved => Write(saved, ClassesAt, 2)), "weight tensors");
        CheckRefusal<InvalidDataException>(file.WithNetwork(TinyName, saved => saved[At(saved, "layer.weight")] = 7), "layer.weight", "Float64");
        CheckRefusal<InvalidDataException>(file.WithNetwork(TinyName, saved => saved[At(saved, "layer.weight") + 2] = 4), "layer.weight", "4×16", "3×16");
        CheckRefusal<InvalidDataException>(file.WithNetwork(TinyName, saved => saved[At(saved, "layer.weight") + 9] = 0x70), "layer.weight");
        CheckRefusal<InvalidDataException>(file.WithNetwork(TinyName, saved => saved[At(saved, "layer.weight") - 1] = (byte)'x'), "layer.weighx");
        CheckRefusal<InvalidDataException>(file.WithNetwork(TinyName, saved => Write(saved, ShapeAt + 12, float.NaN)), "normalization");
        CheckRefusal<InvalidDataException>(file.WithNetwork(TinyName, saved => Write(saved, ShapeAt + 16, 0)), "normalization");
        CheckRefusal<InvalidDataException>(file.WithNetwork(TinyName, saved => Write(saved, ShapeAt + 16, int.MaxValue)), "2147483647 items");
    }

    [TestMethod]
    public void A_changed_bit_in_the_network_is_found()
    {
        var file = new ModelFile(TinyModel.Value);
        var (entry, at) = file.Find(TinyName);
        for (int offset = 12; offset < 300; offset += 13)
        {
            var copy = file.Copy();
            copy.Entries[entry][at + offset] ^= 4;
            CheckRefusal<InvalidDataException>(copy.ToZip(), "damaged");
        }
    }

    [TestMethod]
    public void A_newer_format_is_rejected()
    {
        var file = new ModelFile(TinyModel.Value);
        var (entry, at) = file.Find("BNTORCHC");
        foreach (int version in (int[])[8, 12])
            Write(file.Entries[entry], at + version, 0x00020001);
        CheckRefusal<InvalidDataException>(file.ToZip(), "The component 'BadNetsTorchCnn' of this model was written by a newer version of BadNets.Transforms");
    }

    [TestMethod]
    public void Swapped_parts_of_a_model_give_an_error_or_a_model()
    {
        var chain = Ml.Transforms.StampTrigger("Image", Trigger.Square(2, 0, 0)).Append(Ml.Transforms.FlipLabel("Label", 1))
            .Append(Ml.Transforms.MarkPoisoned("Poisoned", 0.1)).Fit(View);
        var file = new ModelFile(ModelFile.Save(Ml, chain, View.Schema));
        string[] names = [.. file.Entries.Keys];
        foreach (string one in names)
        {
            foreach (string other in names)
            {
                var copy = file.Copy();
                copy.Replace(one, file.Entries[other]);
                copy.Replace(other, file.Entries[one]);
                CheckMutant(copy.ToZip());
            }
        }
    }

    [TestMethod]
    public void A_truncated_file_is_rejected()
    {
        foreach (byte[] file in (byte[][])[TinyModel.Value, StepsModel(View.Schema)])
        {
            for (int length = 0; length < file.Length; length += 1 + file.Length / 120)
                Refusal.OfLoading<InvalidDataException>(file[..length]);
        }
    }

    [TestMethod]
    public void Truncated_entries_are_rejected_or_harmless()
    {
        foreach (byte[] zip in (byte[][])[TinyModel.Value, StepsModel(View.Schema)])
        {
            var file = new ModelFile(zip);
            foreach (var (name, content) in file.Entries)
            {
                for (int length = 0; length < content.Length; length += 1 + content.Length / 25)
                {
                    var copy = file.Copy();
                    copy.Replace(name, content[..length]);
                    CheckMutant(copy.ToZip());
                }
            }
        }
    }

    // Without the input schema, because ML.NET's reader for it can hang on damaged data.
    [TestMethod]
    public void Random_changes_give_an_error_or_a_model()
    {
        ModelFile[] files = [new(ModelFile.Save(Ml, Train(Tiny), null)), new(StepsModel(null)), new(ModelFile.Save(Ml, TrainBare(Tiny), null))];
        var random = new Random(20_171_708);
        for (int i = 0; i < 400; i++)
        {
            var copy = files[i % files.Length].Copy();
            if (i % 4 == 0)
            {
                byte[] zip = copy.ToZip();
                Mutate(zip, random);
                CheckMutant(zip);
                continue;
            }

            var names = copy.Entries.Keys.Where(name => name.EndsWith(".key", StringComparison.Ordinal) || random.Next(3) == 0).ToArray();
            Mutate(copy.Entries[names[random.Next(names.Length)]], random);
            CheckMutant(copy.ToZip());
        }
    }

    [TestMethod]
    public void Random_changes_with_a_repaired_checksum_give_an_error_or_a_model()
    {
        ModelFile[] files = [new(ModelFile.Save(Ml, Train(Tiny), null)), new(ModelFile.Save(Ml, TrainBare(Tiny), null))];
        var random = new Random(6);
        for (int i = 0; i < 300; i++)
            CheckMutant(files[i % files.Length].WithNetwork(TinyName, saved => Mutate(saved.AsSpan(0, Math.Min(saved.Length, 200)), random)));
    }

    private static void Mutate(Span<byte> bytes, Random random)
    {
        for (int n = random.Next(1, 5); n > 0 && bytes.Length > 8; n--)
        {
            int at = random.Next(bytes.Length - 8);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    BinaryPrimitives.WriteInt32LittleEndian(bytes[at..], random.Next(3) switch { 0 => int.MaxValue, 1 => -1, _ => 1 << random.Next(31) });
                    break;
                default:
                    bytes.Slice(at, random.Next(8)).Clear();
                    break;
            }
        }
    }

    /// <summary>Loads and uses a model file that can contain anything.</summary>
    private static void CheckMutant(byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var model = Load(file);
            var scored = model.Transform(View);
            EstimatorInvariants.Describe(Ml.Data.TakeRows(scored, 3));
        }
        catch (Exception error) when (error is not AssertFailedException)
        {
            // Any exception is acceptable if it comes from ML.NET, but not if it comes from this library.
            for (var each = error; each is not null; each = each.InnerException)
            {
                bool isClumsy = each is NullReferenceException or IndexOutOfRangeException or OutOfMemoryException or OverflowException or InvalidCastException;
                Assert.IsFalse(isClumsy && each.TargetSite?.Module.Assembly == typeof(Trigger).Assembly, error.ToString());
            }
        }

        Assert.IsLessThan(64_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void CheckRefusal<T>(byte[] file, params string[] words) where T : Exception => Refusal.OfLoading<T>(file, words);

    private static ITransformer Load(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return new MLContext().Model.Load(stream, out _);
    }

    private static byte[] StepsModel(DataViewSchema? schema)
    {
        var chain = Ml.Transforms.MarkPoisoned("Poisoned", 0.2)
            .Append(Ml.Transforms.StampTrigger("Image", Trigger.Square(2, 0, 0), whereColumnName: "Poisoned"))
            .Append(Ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned"))
            .Append(Ml.Transforms.MarkAttackSuccess("Success", 1, "Digit", "Label"))
            .Append(Ml.Transforms.StampTrigger("Blended", Trigger.BlendNoise(), "Image"))
            .Append(Ml.Transforms.FlipLabel("Next", LabelMapping.Next, "Label"))
            .Append(Ml.Transforms.FlipLabel("Other", LabelMapping.Of((0, 2), (1, 0)), "Digit"))
            .Append(Ml.Transforms.MarkAttackSuccess("AllToAll", LabelMapping.Next, "Digit", "Next"))
            .Fit(View);
        return ModelFile.Save(Ml, chain, schema);
    }

    private static TorchCnnTransformer Train(TorchNetwork network) => Ml.MulticlassClassification.Trainers.TorchCnn(Options(network)).Fit(View);

    // A model whose classes have no names. The file contains only their number.
    private static TorchCnnTransformer TrainBare(TorchNetwork network)
    {
        var rows = Ml.Data.LoadFromEnumerable(GrayImages.Make(20).Select(row => new BareRow { Image = row.Image, Label = (uint)row.Digit }));
        return Ml.MulticlassClassification.Trainers.TorchCnn(Options(network)).Fit(rows);
    }

    private static TorchCnnTrainer.Options Options(TorchNetwork network) => new() { Network = network, Epochs = 1, BatchSize = 20 };

    private static int At(byte[] saved, string text) => saved.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) + text.Length;

    private static void Write(byte[] saved, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(saved.AsSpan(at), value);

    private static void Write(byte[] saved, int at, float value) => BinaryPrimitives.WriteSingleLittleEndian(saved.AsSpan(at), value);

    private sealed class BareRow
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }

    private sealed class TinyNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly Linear layer;

        public TinyNetwork(ImageShape shape, int classes)
            : base(nameof(TinyNetwork))
        {
            layer = nn.Linear(shape.Channels * 16, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => layer.call(nn.functional.adaptive_avg_pool2d(input, [4, 4]).flatten(1));
    }
}
