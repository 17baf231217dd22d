using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// The part of a saved model that contains a trained network: its name and settings, followed by its weights as plain named tensors.
/// </summary>
static class TorchCnnModelFormat
{
    /// <summary>
    /// The version that is written. Version 2 added an optional features column and normalizations with a value for each channel.
    /// </summary>
    public const uint Version = 0x00010002;

    // Header, and the names of columns, classes, and tensors.
    private const long MostTextBytes = 1 << 20;
    private const long MostLabelBytes = 256;

    public static void Write(BinaryWriter file, TorchCnnModel model, nn.Module<Tensor, Tensor> network)
    {
        if (model.Network.Name is not { } name)
            throw new InvalidOperationException("The model cannot be saved, because its network has no name. Create the network with TorchNetwork.Register.");

        // *** Binary format ***
        // the SHA-256 of the rest; int32: its length; text × 4: network, image, score and predicted label column; int32 × 3: channels, height, width;
        // normalization: see PixelNormalization; class labels: int32 count, byte type (0: none), text × count; from version 2, text: features column
        // (empty: none); tensors: see NamedTensors
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content);
        writer.Write(name);
        writer.Write(model.ImageColumnName);
        writer.Write(model.ScoreColumnName);
        writer.Write(model.PredictedLabelColumnName);
        writer.Write(model.Shape.Channels);
        writer.Write(model.Shape.Height);
        writer.Write(model.Shape.Width);
        model.Normalization.Write(writer);
        model.Classes.Write(writer);
        writer.Write(model.FeaturesColumnName ?? "");
        NamedTensors.Write(writer, network.state_dict());
        writer.Flush();

        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        file.Write(SHA256.HashData(bytes));
        file.Write(bytes.Length);
        file.Write(bytes);
    }

    public static TorchCnnTransformer Read(IHostEnvironment env, BinaryReader file, uint version)
    {
        using var content = ReadContent(file);
        using var reader = new BinaryReader(content);
        var texts = new ModelReader(reader);
        var definition = TorchNetwork.Find(texts.ReadText());
        string image = texts.ReadColumnName(), score = texts.ReadColumnName(), predictedLabel = texts.ReadColumnName();
        var shape = new ImageShape(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        var normalization = PixelNormalization.Read(reader, version);
        var classes = ClassLabels.Read(reader);
        if (!normalization.Fits(shape.Channels))
            throw new InvalidDataException($"The model file is damaged: its image shape {shape} and its normalization {normalization} do not match.");
        string? features = version > ModelFormat.First && texts.ReadText() is { Length: > 0 } name ? name : null;

        // The network is created before its weights are read, so that the file does not determine its size.
        var model = new TorchCnnModel(definition, shape, classes, normalization, image, score, predictedLabel, features);
        var network = definition.CreateForFile(shape, classes.Count, content.Length - content.Position);
        try
        {
            NamedTensors.Read(reader, network.state_dict());
            if (content.Position != content.Length)
                throw new InvalidDataException($"The model file is damaged: it has {content.Length - content.Position} extra bytes after its network.");
            return new TorchCnnTransformer(env, SharedModule.ForScoring(network, CPU), model);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Returns the maximum length of an entry of a model file if it starts like the entry of a network with a known number of weights; otherwise,
    /// null.
    /// </summary>
    /// <param name="head">The first bytes of the entry, including ML.NET's header.</param>
    public static long? MostBytes(byte[] head)
    {
        if (head.Length < ModelHeader.Size)
            return null;
        ModelHeader.MarshalFromBytes(out var header, head);
        if (ModelHeader.GetLoaderSig(ref header) != TorchCnnTransformer.LoaderSignature || header.ModelVerWritten > Version)
            return null;

        using var reader = new BinaryReader(new MemoryStream(head));
        reader.BaseStream.Position = ModelHeader.Size + SHA256.HashSizeInBytes + sizeof(int);
        var texts = new ModelReader(reader);
        var definition = TorchNetwork.Find(texts.ReadText());
        for (int column = 0; column < 3; column++)
            texts.ReadColumnName();
        var shape = new ImageShape(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        PixelNormalization.Read(reader, header.ModelVerWritten);
        int classes = reader.ReadInt32();
        return definition.CountWeights(shape, classes) is { } weights ? checked(weights * sizeof(float) + MostTextBytes + MostLabelBytes * classes) : null;
    }

    private static MemoryStream ReadContent(BinaryReader file)
    {
        byte[] hash = file.ReadBytes(SHA256.HashSizeInBytes);
        byte[] content = file.ReadBytes(new ModelReader(file).ReadCount(1));
        return SHA256.HashData(content).AsSpan().SequenceEqual(hash)
            ? new MemoryStream(content)
            : throw new InvalidDataException("The model file is damaged: the checksum of its network is wrong.");
    }
}
