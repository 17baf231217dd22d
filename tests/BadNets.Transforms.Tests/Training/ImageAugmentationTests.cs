using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests.Training;

/// <summary>The inputs of a network in training, recorded by the network.</summary>
[TestClass]
public sealed class ImageAugmentationTests
{
    private const int Channels = 2;
    private const int Height = 7;
    private const int Width = 9;
    private const int Rows = 60;

    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void Without_augmentation_every_epoch_has_the_original_images()
    {
        foreach (var augmentation in (ImageAugmentation?[])[null, new()])
        {
            foreach (var epoch in Train(augmentation))
                CollectionAssert.AreEqual(Enumerable.Range(0, Rows).SelectMany(Image).ToArray(), epoch.SelectMany(image => image).ToArray());
        }
    }

    [TestMethod]
    public void A_crop_moves_the_image_by_at_most_the_padding_and_adds_black_pixels()
    {
        const int Padding = 2;
        var seen = new HashSet<(int, int)>();
        foreach (float[][] epoch in Train(new() { CropPadding = Padding }))
        {
            for (int row = 0; row < Rows; row++)
            {
                var moves = (from down in Enumerable.Range(-Padding, 2 * Padding + 1)
                             from right in Enumerable.Range(-Padding, 2 * Padding + 1)
                             where Moved(Image(row), down, right).SequenceEqual(epoch[row])
                             select (down, right)).ToArray();
                Assert.HasCount(1, moves, $"row {row}");
                seen.Add(moves[0]);
            }
        }

        Assert.HasCount(25, seen);
    }

    [TestMethod]
    public void A_flip_mirrors_about_half_of_the_images()
    {
        int flipped = 0;
        foreach (float[][] epoch in Train(new() { HorizontalFlip = true }))
        {
            for (int row = 0; row < Rows; row++)
            {
                bool isFlipped = epoch[row].SequenceEqual(Flipped(Image(row)));
                Assert.IsTrue(isFlipped || epoch[row].SequenceEqual(Image(row)), $"row {row}");
                flipped += isFlipped ? 1 : 0;
            }
        }

        Assert.AreEqual(3 * Rows / 2.0, flipped, 25);
    }

    // The angle is not known, but a few pixels determine it.
    [TestMethod]
    [DataRow(10.0)]
    [DataRow(120.0)]
    public void A_rotation_interpolates_between_four_neighbors(double degrees)
    {
        var angles = new List<double>();
        foreach (float[][] epoch in Train(new() { RotationDegrees = degrees }))
        {
            for (int row = 0; row < Rows; row++)
            {
                double angle = FindAngle(Image(row), epoch[row], degrees);
                float[] expected = Rotated(Image(row), angle);
                for (int i = 0; i < expected.Length; i++)
                    Assert.AreEqual(expected[i], epoch[row][i], 0.05, $"row {row}, value {i}, {angle} degrees");
                angles.Add(angle);
            }
        }

        Assert.IsTrue(angles.All(angle => Math.Abs(angle) <= degrees + 0.01));
        Assert.IsGreaterThan(0.9 * degrees, angles.Max());
        Assert.IsLessThan(-0.9 * degrees, angles.Min());
        Assert.AreEqual(0, angles.Average(), 0.2 * degrees);
    }

    [TestMethod]
    public void Crop_rotation_and_flip_follow_each_other()
    {
        var crops = Train(new() { CropPadding = 2 })[0];
        var both = Train(new() { CropPadding = 2, HorizontalFlip = true })[0];
        var all = Train(new() { CropPadding = 2, HorizontalFlip = true, RotationDegrees = 30 })[0];
        for (int row = 0; row < Rows; row++)
        {
            bool isFlipped = !both[row].SequenceEqual(crops[row]);
            CollectionAssert.AreEqual(isFlipped ? Flipped(crops[row]) : crops[row], both[row]);
            float[] rotated = isFlipped ? Flipped(all[row]) : all[row];
            float[] expected = Rotated(crops[row], FindAngle(crops[row], rotated, 30));
            for (int i = 0; i < expected.Length; i++)
                Assert.AreEqual(expected[i], rotated[i], 0.05, $"row {row}, value {i}");
        }
    }

    [TestMethod]
    public void Random_changes_depend_only_on_seed_epoch_and_row()
    {
        var augmentation = new ImageAugmentation { CropPadding = 2, HorizontalFlip = true, RotationDegrees = 15 };
        float[][][] expected = Train(augmentation);

        AssertEqual(expected, Train(augmentation, options => options.BatchSize = 7));
        AssertEqual(expected, Train(augmentation, options => options.ValidationSets = [new("set", View())]));
        AssertEqual(expected[..1], Train(augmentation, options => options.Epochs = 1));
        Assert.IsFalse(expected[0].SelectMany(row => row).SequenceEqual(expected[1].SelectMany(row => row)));
        Assert.IsFalse(expected[0].SelectMany(row => row).SequenceEqual(Train(augmentation, options => options.Seed = 1)[0].SelectMany(row => row)));
    }

    [TestMethod]
    public void Black_is_the_raw_pixel_0_of_each_channel()
    {
        var normalization = new PixelNormalization(255, [0.25f, 0.5f], [0.5f, 0.125f]);
        float[][] epoch = Train(new() { CropPadding = 2 }, options => options.Normalization = normalization)[0];
        float[][] raw = Train(new() { CropPadding = 2 })[0];
        for (int row = 0; row < Rows; row++)
        {
            for (int i = 0; i < raw[row].Length; i++)
            {
                int channel = i / (Height * Width);
                float expected = (raw[row][i] / 255 - (channel == 0 ? 0.25f : 0.5f)) / (channel == 0 ? 0.5f : 0.125f);
                Assert.AreEqual(expected, epoch[row][i], $"row {row}, value {i}");
            }
        }
    }

    private static float[] Image(int row)
    {
        var random = new Random(row);
        var pixels = new float[Channels * Height * Width];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = random.Next(1, 256);
        pixels[0] = row + 1;
        return pixels;
    }

    private static float At(float[] image, int c, int y, int x) => y is >= 0 and < Height && x is >= 0 and < Width ? image[(c * Height + y) * Width + x] : 0;

    private static float[] Make(Func<int, int, int, float> pixel) =>
        [.. from c in Enumerable.Range(0, Channels) from y in Enumerable.Range(0, Height) from x in Enumerable.Range(0, Width) select pixel(c, y, x)];

    private static float[] Moved(float[] image, int down, int right) => Make((c, y, x) => At(image, c, y - down, x - right));

    private static float[] Flipped(float[] image) => Make((c, y, x) => At(image, c, y, Width - 1 - x));

    private static float[] Rotated(float[] image, double degrees)
    {
        double cos = Math.Cos(degrees * Math.PI / 180), sin = Math.Sin(degrees * Math.PI / 180);
        const double MiddleY = (Height - 1) / 2.0, MiddleX = (Width - 1) / 2.0;
        return Make((c, y, x) =>
        {
            double fromX = MiddleX + cos * (x - MiddleX) - sin * (y - MiddleY), fromY = MiddleY + sin * (x - MiddleX) + cos * (y - MiddleY);
            double sum = 0;
            for (int nearY = (int)Math.Floor(fromY); nearY <= Math.Floor(fromY) + 1; nearY++)
            {
                for (int nearX = (int)Math.Floor(fromX); nearX <= Math.Floor(fromX) + 1; nearX++)
                    sum += At(image, c, nearY, nearX) * (1 - Math.Abs(fromX - nearX)) * (1 - Math.Abs(fromY - nearY));
            }

            return (float)sum;
        });
    }

    private static double FindAngle(float[] image, float[] rotated, double degrees)
    {
        double best = Nearest(0, degrees / 200, 220);
        for (double width = degrees / 200; width > 1e-5; width /= 10)
            best = Nearest(best, width / 10, 12);
        return best;

        double Nearest(double middle, double width, int count) => Enumerable.Range(-count, 2 * count + 1).Select(i => middle + i * width)
            .MinBy(angle => Rotated(image, angle).Zip(rotated).Sum(pair => Math.Abs(pair.First - pair.Second)));
    }

    private static void AssertEqual(float[][][] expected, float[][][] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int epoch = 0; epoch < expected.Length; epoch++)
        {
            for (int row = 0; row < Rows; row++)
                CollectionAssert.AreEqual(expected[epoch][row], actual[epoch][row], $"epoch {epoch}, row {row}");
        }
    }

    /// <summary>Returns the images of each epoch as the network received them, in row order.</summary>
    private float[][][] Train(ImageAugmentation? augmentation, Action<TorchCnnTrainer.Options>? change = null)
    {
        var seen = new List<float[]>();
        var orders = new List<long[]>();
        var options = new TorchCnnTrainer.Options
        {
            Network = new((_, classes) => new RecordingNetwork(seen, classes)),
            Normalization = PixelNormalization.None,
            Augmentation = augmentation,
            Epochs = 3,
            BatchSize = 16,
            Seed = 5,
        };
        change?.Invoke(options);
        using var generator = new Generator((ulong)options.Seed!.Value);
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            using var scope = NewDisposeScope();
            empty(1, dtype: ScalarType.Int64).random_(0, 1L << 60, generator);
            orders.Add(randperm(Rows, generator: generator).data<long>().ToArray());
            randperm(Rows, generator: generator);
        }

        _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(View()).Dispose();

        return [.. orders.Select((order, epoch) => order.Zip(seen.Skip(epoch * Rows)).OrderBy(pair => pair.First).Select(pair => pair.Second).ToArray())];
    }

    private IDataView View() => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(row => new Row { Image = Image(row) }));

    private sealed class Row
    {
        [VectorType(Channels, Height, Width)]
        public float[] Image { get; set; } = [];

        [KeyType(2)]
        public uint Label { get; set; } = 1;
    }

    private sealed class RecordingNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear layer;
        private readonly List<float[]> _seen;

        public RecordingNetwork(List<float[]> seen, int classes)
            : base(nameof(RecordingNetwork))
        {
            layer = nn.Linear(Channels * Height * Width, classes);
            _seen = seen;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            if (training)
                _seen.AddRange(input.data<float>().ToArray().Chunk(Channels * Height * Width));
            return layer.call(input.flatten(1).div(tensor(256f)));
        }
    }
}
