using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Fuzzing;

/// <summary>Saved models, loaded with <c>LoadChecked</c>: with changes in the file, in one entry before compression, or in a network whose hash is repaired.</summary>
sealed class ModelReader : FuzzReader
{
    private const int HeaderBytes = 256;
    private const int UsedRows = 3;

    private readonly MLContext _ml = new(seed: 0);
    private readonly IDataView _view;
    private readonly ModelEntries[] _models;
    private readonly string[] _expected;

    public ModelReader(Folder folder)
    {
        string picture = folder.Write("picture", PictureSeeds.Png()[1].File);
        TorchSharp.torch.set_num_threads(1);
        _view = SampleImages.View(_ml);
        var network = _ml.MulticlassClassification.Trainers.TorchCnn(FuzzNetwork.Options()).Fit(_view);
        ITransformer[] models =
        [
            network,
            _ml.Transforms.MarkPoisoned("Poisoned", 0.2)
                .Append(_ml.Transforms.StampTrigger("Image", Trigger.Square(2, 0, 0), whereColumnName: "Poisoned"))
                .Append(_ml.Transforms.FlipLabel("Digit", 2, whereColumnName: "Poisoned"))
                .Append(_ml.Transforms.MarkAttackSuccess("Success", 1, "Digit", "Digit")).Fit(_view),
            _ml.Transforms.StampTrigger("Noisy", Trigger.BlendNoise(1), "Image")
                .Append(_ml.Transforms.StampTrigger("Blended", Trigger.Blend(picture), "Image"))
                .Append(_ml.Transforms.StampTrigger("Pattern", Trigger.PixelPattern(), "Image"))
                .Append(_ml.Transforms.StampTrigger("Corners", Trigger.CornerPattern(40), "Image"))
                .Append(_ml.Transforms.StampTrigger("Waves", Trigger.Sinusoid(frequency: 3), "Image"))
                .Append(_ml.Transforms.FlipLabel("Other", LabelMapping.Of((0, 2), (1, 0)), "Digit"))
                .Append(_ml.Transforms.MarkAttackSuccess("Success", LabelMapping.Of((0, 2)), "Digit", "Other"))
                .Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Digit"))
                .Append(_ml.Transforms.FlipLabel("Next", LabelMapping.Next, "Key"))
                .Append(_ml.Transforms.MarkAttackSuccess("AllToAll", LabelMapping.Next, "Key", "Next")).Fit(_view),
            _ml.Transforms.StampTrigger("Warped", Trigger.Warp(1, gridSize: 3), "Image")
                .Append(_ml.Transforms.StampTrigger("NoisilyWarped", Trigger.Warp(2).WithNoise(3), "Image"))
                .Append(_ml.Transforms.StampTrigger("Quantized", Trigger.Quantize(5, dithering: true), "Image"))
                .Append(_ml.Transforms.StampTrigger("Residual", Trigger.Residual(Trigger.Quantize(), _view, count: 2), "Image"))
                .Append(_ml.Transforms.StampTrigger("Smooth", Trigger.LowFrequency(network, _view, network.Labels[0], steps: 1, count: 2), "Image"))
                .Append(_ml.Transforms.PerturbAdversarially("Perturbed", new AdversarialPerturbation(network) { Steps = 1 }, "Image", labelColumnName: "Digit"))
                .Append(_ml.Transforms.StampTrigger("Partial", Trigger.BlendNoise(4).WithHiddenPieces(3, 0.4, seed: 5), "Image"))
                // Like a loaded model, this one does not perturb the images of the view, because they are not those that it was fitted on.
                .Fit(SampleImages.View(_ml)),
            _ml.Transforms.CopyColumns("Copy", "Digit").Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Copy")
                .Append(_ml.Transforms.Conversion.ConvertType("Floats", "Image")).Append(_ml.Transforms.NormalizeMinMax("Floats"))).Fit(_view),
        ];
        _models = Array.ConvertAll(models, Entries);
        _expected = Array.ConvertAll(models, Use);
    }

    public override FuzzFile Make(Random random)
    {
        int which = random.Next(_models.Length);
        var model = _models[which];
        var level = random.Next(2) == 0 ? CompressionLevel.NoCompression : CompressionLevel.Optimal;
        if (random.Next(10) < 4)
        {
            // The checksums of the zip file detect changes in its entries.
            byte[] zip = model.ToZip(level);
            byte[] changed = random.Next(4) == 0 ? Mutation.Truncate(random, zip) : Mutation.Change(random, zip, _models[random.Next(_models.Length)].ToZip(level));
            // One valid model might have replaced another.
            return new FuzzFile(changed, () => Check(changed, _expected, mustRefuse: false));
        }

        int at = random.Next(model.Count);
        var (name, content) = model[at];
        bool isNetwork = IsNetwork(content);
        if (isNetwork && random.Next(3) == 0)
        {
            byte[] repaired = Repair(content, Mutation.Change(random, content[(HeaderBytes + SHA256.HashSizeInBytes + sizeof(int))..^TailOf(content)], content));
            byte[] file = model.With(at, name, repaired).ToZip(level);
            return new FuzzFile(file, () => Check(file, [], mustRefuse: false));
        }

        byte[] entry = Mutation.Change(random, content, _models[random.Next(_models.Length)][0].Value);
        string newName = random.Next(20) == 0 ? Rename(random, name) : name;
        byte[] whole = model.With(at, newName, entry).ToZip(level);
        bool isIgnored = newName == name && !name.StartsWith(ModelEntries.Folder, StringComparison.Ordinal);
        bool isDamaged = isNetwork && (entry.Length != content.Length || !entry.AsSpan(HeaderBytes..^TailOf(content)).SequenceEqual(content.AsSpan(HeaderBytes..^TailOf(content))));
        return new FuzzFile(whole, () =>
        {
            var outcome = Check(whole, isIgnored ? [_expected[which]] : [], mustRefuse: isDamaged);
            FindingException.Unless(!isIgnored || outcome == Outcome.Read, "A change in an entry that is not needed was rejected.");
            return outcome;
        });
    }

    private Outcome Check(byte[] file, string[] expected, bool mustRefuse)
    {
        ITransformer model;
        try
        {
            model = _ml.Model.LoadChecked(new MemoryStream(file));
        }
        catch (InvalidDataException refusal)
        {
            FindingException.Unless(IsSentence(refusal.Message), $"The error message is not a single clear line: {refusal.Message}");
            return Outcome.Refused;
        }

        using var disposable = model as IDisposable;
        FindingException.Unless(!mustRefuse, "A changed network was loaded although its hash is wrong.");
        string used;
        try
        {
            used = Use(model);
        }
        catch (Exception unfit) when (expected.Length == 0 && unfit is InvalidOperationException or ArgumentException or InvalidDataException)
        {
            return Outcome.Read;
        }

        FindingException.Unless(expected.Length == 0 || expected.Contains(used), "The values of the loaded model differ from those of the saved model.");
        return Outcome.Read;
    }

    private static bool IsSentence(string message) =>
        message.StartsWith("The stream cannot be loaded as a model. ", StringComparison.Ordinal) && message.IndexOfAny(['\n', '\r']) < 0
        && !message.Contains("target of an invocation", StringComparison.Ordinal) && !message.Contains("class instantiation", StringComparison.Ordinal);

    private ModelEntries Entries(ITransformer model)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, _view.Schema, stream);
        return ModelEntries.Of(stream);
    }

    private string Use(ITransformer model)
    {
        var text = new StringBuilder();
        foreach (var row in model.Transform(_view).Preview(UsedRows).RowView)
        {
            foreach (var (column, value) in row.Values)
            {
                string values = value switch
                {
                    VBuffer<byte> bytes => Convert.ToHexString([.. bytes.DenseValues()]),
                    VBuffer<float> numbers => string.Join(' ', numbers.DenseValues()),
                    _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
                };
                text.Append(column).Append('=').AppendLine(values);
            }
        }

        return text.ToString();
    }

    private static bool IsNetwork(byte[] entry) => entry.AsSpan().IndexOf(Encoding.UTF8.GetBytes(FuzzNetwork.Name)) > HeaderBytes;

    // The name of the assembly and the end mark follow the network.
    private static int TailOf(byte[] entry) => entry.Length - HeaderBytes - (int)BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(0x18));

    private static byte[] Repair(byte[] entry, byte[] network)
    {
        int tail = TailOf(entry), difference = network.Length + SHA256.HashSizeInBytes + sizeof(int) + HeaderBytes + tail - entry.Length;
        byte[] header = entry[..HeaderBytes], length = new byte[sizeof(int)];
        foreach (int place in (int[])[0x18, 0x80, 0x88, 0x90])
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(place), BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(place)) + difference);
        BinaryPrimitives.WriteInt32LittleEndian(length, network.Length);
        return [.. header, .. SHA256.HashData(network), .. length, .. network, .. entry[^tail..]];
    }

    private static string Rename(Random random, string name) => random.Next(4) switch
    {
        0 => name.Replace('/', '\\'),
        1 => "../" + name,
        2 => name + (char)random.Next(1, 128),
        _ => name.Replace("0", $"{random.Next(10)}", StringComparison.Ordinal),
    };
}
