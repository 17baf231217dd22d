using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

/// <summary>
/// A file that claims larger images or more classes than its weights allow does not make a registered network allocate memory for them.
/// </summary>
[TestClass]
public sealed class HostileNetworkTests
{
    // The image shape follows the names of the network and of three columns with their lengths. The class count follows after four more numbers.
    private const int TextBytes = 1 + 5 + 1 + 5 + 1 + 14;

    private static readonly MLContext Ml = new(seed: 0);

    [TestMethod]
    [DataRow(1, 4096, 4096, 3)]
    [DataRow(1, 4096, 16, 3)]
    [DataRow(1, 1, 1 << 24, 3)]
    [DataRow(1 << 16, 16, 16, 3)]
    [DataRow(1, 16, 16, 8000)]
    [DataRow(64, 512, 512, 3000)]
    public void A_network_of_unknown_size_is_not_created_for_the_claims_of_a_small_file(int channels, int height, int width, int classes)
    {
        long largest = 0;
        var network = TorchNetwork.Register($"tests/flat {channels} {height} {width} {classes}", (shape, classCount) =>
        {
            // The size of the allocation is recorded, but memory is not allocated.
            long weights = (long)shape.Channels * shape.Height * shape.Width * 64 + 64L * classCount;
            largest = Math.Max(largest, weights);
            return weights < 1 << 24 ? Flat(shape, classCount) : throw new AssertFailedException($"It is built for {shape}.");
        });
        var (file, bytes) = Claim(network, new ImageShape(channels, height, width), classes);

        Refuse(file, "damaged", new ImageShape(channels, height, width).ToString(), $"{classes} classes");
        Assert.IsLessThan(16 * bytes / sizeof(float), largest);
    }

    [TestMethod]
    [DataRow(1, 4096, 4096, 3)]
    [DataRow(1, 16, 16, 8000)]
    public void A_network_with_a_known_size_is_not_created(int channels, int height, int width, int classes)
    {
        bool isHonest = true;
        var network = TorchNetwork.Register(
            $"tests/counted {channels} {height} {width} {classes}",
            (shape, classCount) => isHonest ? Flat(shape, classCount) : throw new AssertFailedException($"It is built for {shape}."),
            (shape, classCount) => (1L + shape.Size) * 64 + (1L + 64) * classCount);
        var (file, _) = Claim(network, new ImageShape(channels, height, width), classes);
        isHonest = false;

        Refuse(file, "weights cannot be those of a network", new ImageShape(channels, height, width).ToString());
    }

    [TestMethod]
    public void A_negative_number_of_weights_is_rejected()
    {
        bool overflows = false;
        var network = TorchNetwork.Register("tests/overflowing", Flat, (_, _) => overflows ? -5 : 1);
        var (file, _) = Claim(network, new ImageShape(1, 16, 16), 3);
        overflows = true;

        Refuse(file, "weights cannot be those of a network");
    }

    [TestMethod]
    public void Networks_that_cannot_be_created_for_small_images_are_loaded()
    {
        var network = TorchNetwork.Register("tests/particular", (shape, classCount) =>
            shape is { Channels: 1, Height: 16, Width: 16 } && classCount == 3 ? Flat(shape, classCount) : throw new NotSupportedException("It must be 1×16×16."));

        Assert.IsNotNull(new MLContext().Model.LoadChecked(new MemoryStream(Claim(network, new ImageShape(1, 16, 16), 3).File)));
    }

    [TestMethod]
    public void The_depth_in_a_network_name_is_checked_against_the_weights()
    {
        var file = new ModelFile(ModelFile.Save(Ml, Train(TorchNetwork.ResNet(80)), null));
        foreach (string name in (string[])["ResNet86", "ResNet98"])
            Refuse(file.WithNetwork("ResNet80", saved => System.Text.Encoding.ASCII.GetBytes(name).CopyTo(saved, 1)), "weights cannot be those of a network");
        Refuse(file.WithNetwork("ResNet80", saved => "ResNet81"u8.CopyTo(saved.AsSpan(1))), "'ResNet81'", "not registered");
    }

    private static nn.Module<Tensor, Tensor> Flat(ImageShape shape, int classCount) => nn.Sequential(
        ("flatten", nn.Flatten()), ("hidden", nn.Linear(shape.Size, 64)), ("relu", nn.ReLU()), ("out", nn.Linear(64, classCount)));

    // A valid model file is changed so that it claims something else. The classes have no names, because names would reveal their number.
    private static (byte[] File, long Bytes) Claim(TorchNetwork network, ImageShape shape, int classes)
    {
        var file = new ModelFile(ModelFile.Save(Ml, Train(network), null));
        int shapeAt = 1 + network.Name!.Length + TextBytes;
        byte[] changed = file.WithNetwork(network.Name, saved =>
        {
            foreach (var (at, value) in ((int, int)[])[(0, shape.Channels), (4, shape.Height), (8, shape.Width), (28, classes)])
                BinaryPrimitives.WriteInt32LittleEndian(saved.AsSpan(shapeAt + at), value);
        });
        return (changed, changed.Length);
    }

    private static TorchCnnTransformer Train(TorchNetwork network)
    {
        var rows = Ml.Data.LoadFromEnumerable(GrayImages.Make(6).Select(row => new Row { Image = row.Image, Label = (uint)row.Digit }));
        return Ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options { Network = network, Epochs = 1 }).Fit(rows);
    }

    private static void Refuse(byte[] file, params string[] words) =>
        Refusal.Of<InvalidDataException>(() => new MLContext().Model.LoadChecked(new MemoryStream(file)), words);

    private sealed class Row
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }
}
