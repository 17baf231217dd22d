using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class LoadCheckedTests : IDisposable
{
    private static readonly MLContext Ml = new(seed: 0);
    private static readonly IDataView View = GrayImages.View(Ml, 40);
    private static readonly TorchNetwork Averages = TorchNetwork.Register("tests/averages", (_, classes) => nn.Sequential(
        nn.AdaptiveAvgPool2d([4, 4]), nn.Flatten(), nn.Linear(16, classes)));

    private static readonly Lazy<byte[]> Network = new(() => ModelFile.Save(Ml, Train(TorchNetwork.BadNets), View.Schema));
    private static readonly Lazy<byte[]> Steps = new(() => ModelFile.Save(Ml, MakeSteps(), View.Schema));
    private static readonly Lazy<byte[]> Foreign = new(() => ModelFile.Save(Ml, MakeForeign(), View.Schema));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Models_give_the_same_results_as_when_ML_NET_loads_them()
    {
        foreach (byte[] file in (byte[][])[Network.Value, Steps.Value, Foreign.Value, Legacy("steps"), Legacy("badnets")])
        {
            using var stream = new MemoryStream(file);
            var expected = Ml.Model.Load(stream, out _);
            string path = _folder.Write("model.zip", file);

            foreach (var model in (ITransformer[])[Ml.Model.LoadChecked(path), Ml.Model.LoadChecked(stream)])
            {
                CollectionAssert.AreEqual(EstimatorInvariants.Describe(expected.Transform(View)), EstimatorInvariants.Describe(model.Transform(View)));
                Assert.AreEqual(expected.GetType(), model.GetType());
            }
        }
    }

    [TestMethod]
    public void A_model_that_was_saved_with_its_loader_is_loaded_without_it()
    {
        var loader = Ml.Data.CreateTextLoader([new TextLoader.Column("Label", DataKind.Single, 0)]);
        using var stream = new MemoryStream();
        Ml.Model.Save(Ml.Transforms.CopyColumns("Copy", "Label").Fit(View), loader, stream);

        Assert.IsNotNull(Ml.Model.LoadChecked(stream).GetOutputSchema(View.Schema).GetColumnOrNull("Copy"));
    }

    [TestMethod]
    public void Scopes_of_steps_are_kept()
    {
        var chain = new EstimatorChain<ITransformer>()
            .Append(Ml.Transforms.CopyColumns("One", "Label"), TransformerScope.Training)
            .Append(Ml.Transforms.CopyColumns("Two", "Label"))
            .Fit(View);
        var loaded = (TransformerChain<ITransformer>)Load(ModelFile.Save(Ml, chain, View.Schema));

        var scoring = loaded.GetModelFor(TransformerScope.Scoring).GetOutputSchema(View.Schema);
        Assert.IsNull(scoring.GetColumnOrNull("One"));
        Assert.IsNotNull(scoring.GetColumnOrNull("Two"));
        Assert.HasCount(2, loaded);
    }

    [TestMethod]
    public void The_schema_is_not_read()
    {
        var file = new ModelFile(Steps.Value);
        file.Replace("Schema", [.. Enumerable.Repeat((byte)0xff, 400)]);
        CollectionAssert.AreEqual(EstimatorInvariants.Describe(Load(Steps.Value).Transform(View)), EstimatorInvariants.Describe(Load(file.ToZip()).Transform(View)));
    }

    // The checksum of the zip file detects changes of each byte in the entries that are read.
    [TestMethod]
    public void A_changed_bit_in_any_part_of_the_file_is_rejected_in_one_line_or_harmless()
    {
        string[] expected = EstimatorInvariants.Describe(Load(Steps.Value).Transform(View));
        for (int at = 0; at < Steps.Value.Length; at += 11)
        {
            byte[] file = [.. Steps.Value];
            file[at] ^= 1;
            if (TryLoad(file) is { } model)
                CollectionAssert.AreEqual(expected, EstimatorInvariants.Describe(model.Transform(View)), $"byte {at}");
        }
    }

    [TestMethod]
    public void A_changed_bit_in_the_network_is_rejected_in_one_line()
    {
        var file = new ModelFile(Network.Value);
        var (entry, at) = file.Find("BadNetsTorchCnn");
        foreach (int place in (int[])[at, 256, 300, file.Entries[entry].Length / 2, file.Entries[entry].Length - 300])
        {
            var copy = file.Copy();
            copy.Entries[entry][place] ^= 1;
            Refuse(copy.ToZip(), place == at ? "Transform" : "damaged");
        }
    }

    [TestMethod]
    public void A_truncated_file_is_rejected()
    {
        for (int length = 0; length < Steps.Value.Length; length += 17)
            Refuse(Steps.Value[..length]);
    }

    [TestMethod]
    public void The_message_names_the_file_and_the_cause()
    {
        string path = _folder.Write("model.zip", "not a model"u8.ToArray());
        var refusal = Refusal.Of<InvalidDataException>(() => Ml.Model.LoadChecked(path), $"'{path}' cannot be loaded as a model. ");
        Assert.IsNotNull(refusal.InnerException);

        Refusal.Of<FileNotFoundException>(() => Ml.Model.LoadChecked(_folder["absent.zip"]), "absent.zip");
        Refusal.Of<ArgumentException>(() => Ml.Model.LoadChecked(new GZipStream(new MemoryStream(), CompressionMode.Decompress)), "MemoryStream");
        Assert.Throws<ArgumentException>(() => Ml.Model.LoadChecked(" "));
    }

    [TestMethod]
    public void A_zip_file_that_is_not_a_model_is_rejected()
    {
        Refuse(Zip(("readme.txt", [1, 2, 3])), "not an ML.NET model", "TransformerChain/Model.key");
        Refuse(Zip());
    }

    [TestMethod]
    public void An_unregistered_network_is_reported_with_how_to_register_it()
    {
        byte[] file = new ModelFile(ModelFile.Save(Ml, Train(Averages), null)).WithNetwork("tests/averages", saved => saved[14] = (byte)'x');
        Refuse(file, "'tests/averagex'", "TorchNetwork.Register(\"tests/averagex\"");
    }

    [TestMethod]
    [DataRow("C:/x/Model.key")]
    [DataRow("/TransformerChain/Model.key")]
    [DataRow("TransformerChain/../../x/Model.key")]
    [DataRow("..\\TransformerChain\\x")]
    [DataRow("TransformerChain//Model.key")]
    public void Entry_names_that_point_to_other_folders_are_rejected(string name)
    {
        var file = new ModelFile(Steps.Value);
        file.Replace(name, [1, 2, 3]);
        Refuse(file.ToZip(), "name");
    }

    [TestMethod]
    public void Folder_entries_of_other_zip_programs_are_ignored()
    {
        var file = new ModelFile(Steps.Value);
        file.Replace("TransformerChain/", []);
        Assert.IsNotNull(Load(file.ToZip()));
    }

    [TestMethod]
    public void Two_entries_of_one_name_are_rejected()
    {
        var file = new ModelFile(Steps.Value);
        file.Replace("TransformerChain\\Model.key", file.Entries["TransformerChain/Model.key"]);
        Refuse(file.ToZip(), "'TransformerChain/Model.key' twice");
    }

    [TestMethod]
    public void Too_many_entries_are_rejected() =>
        Refuse(Zip([.. Enumerable.Range(0, 4097).Select(i => ($"TransformerChain/{i}", Array.Empty<byte>()))]), "4097 entries", "4096");

    [TestMethod]
    public void An_entry_with_an_implausible_size_is_rejected_before_it_is_decompressed()
    {
        // A known entry that grows, an unknown entry, and many small entries that are large together.
        var (step, _) = new ModelFile(Steps.Value).Find("BadNetsStampTrigger");
        foreach (var (name, word) in ((string, string)[])[(step, step), ("TransformerChain/Transform_000/Other", "Other"), ("Schema", "The file")])
        {
            byte[] file = Packed(Steps.Value, name, zeros: name == "Schema" ? 200 << 20 : 40 << 20);
            long before = GC.GetAllocatedBytesForCurrentThread();

            Refuse(file, "would decompress to", word, "plausible");

            Assert.IsLessThan(10_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [TestMethod]
    public void An_entry_that_is_longer_than_its_stated_length_is_rejected()
    {
        var (step, _) = new ModelFile(Steps.Value).Find("BadNetsStampTrigger");
        byte[] file = Packed(Steps.Value, step, zeros: 40 << 20);
        int stated = 40 << 20;
        stated += new ModelFile(Steps.Value).Entries[step].Length;
        int found = 0;
        for (int at = 0; at < file.Length - 4; at++)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at)) != stated)
                continue;
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), 1000);
            found++;
        }

        Assert.IsGreaterThan(0, found);
        Refuse(file, "damaged");
    }

    [TestMethod]
    public void A_network_that_is_longer_than_its_weights_is_rejected()
    {
        var file = new ModelFile(Network.Value);
        var (entry, _) = file.Find("BadNetsTorchCnn");
        var noise = new byte[3 << 20];
        new Random(1).NextBytes(noise);
        file.Replace(entry, [.. file.Entries[entry], .. noise]);
        Refuse(file.ToZip(), "a network that needs at most", "would decompress to");

        var bare = new ModelFile(ModelFile.Save(Ml, Train(Averages), null));
        var (bareEntry, _) = bare.Find("BadNetsTorchCnn");
        bare.Replace(bareEntry, [.. bare.Entries[bareEntry], 0, 0, 0]);
        Refuse(bare.ToZip(), bareEntry, "damaged");
    }

    [TestMethod]
    [DataRow("Evil.Library, Version=1.0.0.0", "'Evil.Library'")]
    [DataRow("Microsoft.MLevil", "'Microsoft.MLevil'")]
    [DataRow("Microsoft.ML.Data, Culture=de", "assembly")]
    [DataRow("Microsoft.ML.NotThere", "Microsoft.ML.NotThere")]
    [DataRow("\"", "not valid")]
    public void An_unknown_assembly_is_not_loaded(string assembly, string word)
    {
        var file = new ModelFile(Steps.Value);
        var (step, _) = file.Find("BadNetsStampTrigger");
        file.Replace(step, WithAssembly(file.Entries[step], assembly));
        bool asked = false;
        AppDomain.CurrentDomain.AssemblyResolve += Notice;
        try
        {
            Refuse(file.ToZip(), word);
        }
        finally
        {
            AppDomain.CurrentDomain.AssemblyResolve -= Notice;
        }

        Assert.AreEqual(assembly == "Microsoft.ML.NotThere", asked);

        System.Reflection.Assembly? Notice(object? sender, ResolveEventArgs e)
        {
            asked |= e.Name.Contains(assembly.Split(',')[0], StringComparison.Ordinal);
            return null;
        }
    }

    [TestMethod]
    public void A_function_of_the_caller_s_needs_its_assembly_registered()
    {
        byte[] file = ModelFile.Save(Ml, Ml.Transforms.CustomMapping(new Doubling().GetMapping(), nameof(Doubling)).Fit(View), View.Schema);

        string own = typeof(LoadCheckedTests).Assembly.GetName().Name!;
        Refuse(file, $"'{own}'", "RegisterAssembly");
        var ml = new MLContext();
        ml.ComponentCatalog.RegisterAssembly(typeof(LoadCheckedTests).Assembly);
        Assert.IsNotNull(ml.Model.LoadChecked(new MemoryStream(file)));
    }

    [TestMethod]
    [DataRow(-1, "steps")]
    [DataRow(5, "Transform_004")]
    [DataRow(4097, "steps")]
    [DataRow(int.MaxValue, "steps")]
    public void A_chain_that_claims_missing_steps_is_rejected_without_allocating_memory(int count, string word)
    {
        var file = new ModelFile(Steps.Value);
        BinaryPrimitives.WriteInt32LittleEndian(file.Entries["TransformerChain/Model.key"].AsSpan(256), count);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refuse(file.ToZip(), word);

        Assert.IsLessThan(10_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // At the end of a part, ML.NET's array readers request more data forever.
    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public void A_part_that_ends_before_its_array_does_not_hang()
    {
        var slots = Ml.Transforms.NormalizeMinMax("Features", "Floats").Fit(Floats());
        var file = new ModelFile(ModelFile.Save(Ml, slots, null));
        int held = 0;
        foreach (var (name, content) in file.Entries.Where(entry => entry.Key.StartsWith("TransformerChain/", StringComparison.Ordinal)).ToList())
        {
            for (int at = 256; at < content.Length - 4; at++)
            {
                var copy = file.Copy();
                BinaryPrimitives.WriteInt32LittleEndian(copy.Entries[name].AsSpan(at), 100_000);
                if (TryLoad(copy.ToZip()) is null)
                    held++;
            }
        }

        Assert.IsGreaterThan(0, held);
    }

    // The model of a trainer is a sub-model of its step, which ML.NET itself decompresses and reads.
    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = true)]
    public void An_infinite_loop_in_a_sub_model_is_ended()
    {
        var rows = Ml.Data.LoadFromEnumerable([new FloatRow { Floats = [1, 2, 3], Label = 1 }, new FloatRow { Floats = [4, 5, 6], Label = 2 }]);
        var file = new ModelFile(ModelFile.Save(Ml, Ml.Regression.Trainers.OnlineGradientDescent("Label", "Floats").Fit(rows), null));
        string name = file.Entries.Keys.Single(entry => entry.EndsWith("/Model.key", StringComparison.Ordinal) && entry != "TransformerChain/Model.key");
        byte[] content = file.Entries[name];

        // The numbers of features and of weights.
        for (int at = 256; at < content.Length - 4; at += 4)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(at)) == 3)
                BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(at), 100_000);
        }

        Refuse(file.ToZip(), "did not finish in time");
    }

    [TestMethod]
    public void Nothing_is_decompressed_into_files()
    {
        var ml = new MLContext { TempFilePath = _folder["absent"] };
        Assert.IsNotNull(ml.Model.LoadChecked(new MemoryStream(Network.Value)));
    }

    private static ITransformer Load(byte[] file) => new MLContext().Model.LoadChecked(new MemoryStream(file));

    private static ITransformer? TryLoad(byte[] file)
    {
        try
        {
            return Load(file);
        }
        catch (InvalidDataException refusal)
        {
            CheckSentence(refusal.Message);
            return null;
        }
    }

    private static void Refuse(byte[] file, params string[] words) => CheckSentence(Refusal.Of<InvalidDataException>(() => Load(file), words).Message);

    private static void CheckSentence(string message)
    {
        StringAssert.StartsWith(message, "The stream cannot be loaded as a model. ");
        Assert.DoesNotContain('\n', message);
        Assert.DoesNotContain("invocation", message, message);
        Assert.DoesNotContain("instantiation", message, message);
    }

    private static byte[] Legacy(string name)
    {
        using var file = typeof(LoadCheckedTests).Assembly.GetManifestResourceStream($"model-0.1-{name}.zip")!;
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        return memory.ToArray();
    }

    private static TransformerChain<MarkAttackSuccessTransformer> MakeSteps() => Ml.Transforms.MarkPoisoned("Poisoned", 0.2)
        .Append(Ml.Transforms.StampTrigger("Image", Trigger.Square(2, 0, 0), whereColumnName: "Poisoned"))
        .Append(Ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned"))
        .Append(Ml.Transforms.MarkAttackSuccess("Success", 1, "Digit", "Label"))
        .Fit(View);

    // Steps of ML.NET, one of which has sub-models, and a nested chain.
    private static TransformerChain<TransformerChain<StampTriggerTransformer>> MakeForeign() => Ml.Transforms.CopyColumns("Copy", "Digit")
        .Append(Ml.Transforms.Conversion.MapValueToKey("Key", "Copy").Append(Ml.Transforms.StampTrigger("Image", Trigger.Square(2, 0, 0))))
        .Fit(View);

    private static IDataView Floats() => Ml.Data.LoadFromEnumerable([new FloatRow { Floats = [1, 2, 3] }, new FloatRow { Floats = [4, 5, 6] }]);

    private static TorchCnnTransformer Train(TorchNetwork network) =>
        Ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options { Network = network, Epochs = 1, BatchSize = 20 }).Fit(View);

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in entries)
            {
                using var stream = archive.CreateEntry(name).Open();
                stream.Write(content);
            }
        }

        return memory.ToArray();
    }

    // Returns the compressed file with zeros after one entry. The entry is added if it does not exist.
    private static byte[] Packed(byte[] file, string grown, int zeros)
    {
        var entries = new ModelFile(file).Entries.ToDictionary();
        entries.TryAdd(grown, []);
        return Zip([.. entries.Select(entry => (entry.Key, entry.Key == grown ? [.. entry.Value, .. new byte[zeros]] : entry.Value))]);
    }

    // Changes the assembly name in an entry: UTF-16 text at the end, with its position and the following positions in the header.
    private static byte[] WithAssembly(byte[] entry, string assembly)
    {
        byte[] name = Encoding.Unicode.GetBytes(assembly);
        int at = BinaryPrimitives.ReadInt32LittleEndian(entry.AsSpan(0x90));
        byte[] changed = [.. entry[..at], .. name, .. entry[^8..]];
        BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(0x98), name.Length);
        BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(0x80), at + name.Length);
        BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(0x88), changed.Length);
        return changed;
    }

    private sealed class FloatRow
    {
        [VectorType(3)]
        public float[] Floats { get; set; } = [];

        public float Label { get; set; }
    }

    private sealed class DigitRow
    {
        public int Digit { get; set; }
    }

    private sealed class DoubledRow
    {
        public int Doubled { get; set; }
    }

    [Microsoft.ML.Transforms.CustomMappingFactoryAttribute(nameof(Doubling))]
    private sealed class Doubling : Microsoft.ML.Transforms.CustomMappingFactory<DigitRow, DoubledRow>
    {
        public override Action<DigitRow, DoubledRow> GetMapping() => (from, to) => to.Doubled = 2 * from.Digit;
    }
}
