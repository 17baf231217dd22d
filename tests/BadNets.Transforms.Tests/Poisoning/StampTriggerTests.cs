using System.Drawing;
using CsCheck;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class StampTriggerTests
{
    private readonly MLContext _ml = new(seed: 0);

    private static readonly Gen<(int Width, int Height, int Size, TriggerPosition Position, byte Gray, int Seed)> Cases = Gen.Select(
        Gen.Int[1, 12], Gen.Int[1, 12], Gen.Int[1, 12], Gen.Enum<TriggerPosition>(), Gen.Byte, Gen.Int[0, 1000])
        .Where(each => each.Item3 <= Math.Min(each.Item1, each.Item2));

    [TestMethod]
    public void Stamp_changes_only_the_square() => Cases.Sample(each =>
    {
        var trigger = Trigger.Square(each.Size, each.Position, each.Gray);
        var corner = trigger.GetCorner(each.Width, each.Height);
        var square = new Rectangle(corner, new System.Drawing.Size(each.Size, each.Size));
        foreach (int channels in (int[])[1, 3])
        {
            byte[] before = RandomBytes(channels * each.Height * each.Width, each.Seed);
            byte[] after = Stamp(before, new ImageShape(channels, each.Height, each.Width), trigger);
            for (int i = 0; i < before.Length; i++)
            {
                bool inside = square.Contains(i % each.Width, i / each.Width % each.Height);
                Assert.AreEqual(inside ? each.Gray : before[i], after[i]);
            }
        }
    }, iter: 100, threads: 1);

    [TestMethod]
    public void Byte_single_and_image_columns_give_the_same_pixels() => Cases.Sample(each =>
    {
        foreach (var trigger in (Trigger[])[
            Trigger.Square(each.Size, each.Position, each.Gray), Trigger.Square(each.Size, each.Position, Color.FromArgb(each.Gray, 10, 200))])
        {
            foreach (var format in (MLPixelFormat[])[MLPixelFormat.Bgra32, MLPixelFormat.Rgba32])
            {
                var shape = new ImageShape(3, each.Height, each.Width);
                using var image = ColorImages.MakeImage(each.Width, each.Height, each.Seed, format);
                byte[] planar = Planar(image);

                byte[] stamped = Stamp(planar, shape, trigger);

                CollectionAssert.AreEqual(stamped, Array.ConvertAll(Stamp(Array.ConvertAll(planar, pixel => (float)pixel), shape, trigger), pixel => (byte)pixel));
                CollectionAssert.AreEqual(stamped, StampImage(image, trigger));
            }
        }
    }, iter: 50, threads: 1);

    [TestMethod]
    public void Only_rows_where_the_condition_is_true_are_stamped()
    {
        var rows = GrayImages.Make(40);
        var view = GrayImages.View(_ml, rows);
        var poisoned = _ml.Transforms.MarkPoisoned("Poisoned", 0.3).Fit(view);
        var marked = poisoned.Transform(view);
        var stamped = _ml.Transforms.StampTrigger("Image", Trigger.Square(4, TriggerPosition.TopLeft), whereColumnName: "Poisoned")
            .Fit(marked).Transform(marked).Vectors<byte>("Image");

        for (int i = 0; i < rows.Length; i++)
        {
            byte[] expected = poisoned.PoisonedRows.Contains(i) ? Stamp(rows[i].Image, new ImageShape(1, 16, 16), Trigger.Square(4, TriggerPosition.TopLeft)) : rows[i].Image;
            CollectionAssert.AreEqual(expected, stamped[i]);
        }
    }

    [TestMethod]
    public void A_stamped_copy_does_not_change_the_original_column()
    {
        var view = GrayImages.View(_ml, 5);
        var both = _ml.Transforms.StampTrigger("Stamped", Trigger.Square(4, TriggerPosition.TopLeft), "Image").Fit(view).Transform(view);

        CollectionAssert.AreEqual(view.Vectors<byte>("Image")[3], both.Vectors<byte>("Image")[3]);
        CollectionAssert.AreNotEqual(view.Vectors<byte>("Image")[3], both.Vectors<byte>("Stamped")[3]);
    }

    [TestMethod]
    public void Height_and_width_alone_mean_one_channel()
    {
        var view = _ml.Data.LoadFromEnumerable([new FlatRow { Image = new byte[6] }]);
        var stamped = _ml.Transforms.StampTrigger("Image", Trigger.Square(1, 2, 1)).Fit(view).Transform(view);
        CollectionAssert.AreEqual(new byte[] { 0, 0, 0, 0, 0, 255 }, stamped.Vectors<byte>("Image")[0]);
    }

    [TestMethod]
    public void Sparse_vectors_are_stamped_like_dense_ones()
    {
        var sparse = new VBuffer<float>(6, 2, [7f, 8f], [0, 4]);
        var definition = SchemaDefinition.Create(typeof(SparseRow));
        definition["Image"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1, 2, 3);
        var view = _ml.Data.LoadFromEnumerable([new SparseRow { Image = sparse, Poisoned = true }, new SparseRow { Image = sparse }], definition);
        var stamped = _ml.Transforms.StampTrigger("Image", Trigger.Square(1, 1, 0, gray: 99), whereColumnName: "Poisoned").Fit(view).Transform(view).Vectors<float>("Image");

        CollectionAssert.AreEqual(new float[] { 7, 99, 0, 0, 8, 0 }, stamped[0]);
        CollectionAssert.AreEqual(new float[] { 7, 0, 0, 0, 8, 0 }, stamped[1]);
    }

    [TestMethod]
    public void A_view_that_returns_its_own_buffers_is_not_changed()
    {
        var view = new SharedBufferView(4, new ImageShape(1, 2, 2));
        ITransformer stamp = _ml.Transforms.StampTrigger("Image", Trigger.Square(1, 0, 0), whereColumnName: "Odd").Fit(view);
        var mapper = stamp.GetRowToRowMapper(view.Schema);

        // Views can copy rows before the step reads them, but a mapper reads them directly.
        string[] stamped = EstimatorInvariants.Describe(mapper, view);

        CollectionAssert.AreEqual(new[] { "0 0 0 0", "255 1 1 1", "2 2 2 2", "255 3 3 3" }, Array.ConvertAll(stamped, row => row.Split(" | ")[0]));
        for (byte i = 0; i < 4; i++)
            CollectionAssert.AreEqual(Enumerable.Repeat(i, 4).ToArray(), view.Images[i]);
    }

    [TestMethod]
    public void Images_of_the_user_are_neither_changed_nor_disposed_of()
    {
        var rows = ColorImages.Make(6);
        byte[][] before = Array.ConvertAll(rows, row => row.Image.Pixels.ToArray());
        var view = ColorImages.View(_ml, rows);
        var stamped = _ml.Transforms.StampTrigger("Image", Trigger.Square(2, TriggerPosition.Center), whereColumnName: "Poisoned").Fit(view).Transform(view);

        string[] first = EstimatorInvariants.Describe(stamped), second = EstimatorInvariants.Describe(stamped);

        CollectionAssert.AreEqual(first, second);
        for (int i = 0; i < rows.Length; i++)
            CollectionAssert.AreEqual(before[i], rows[i].Image.Pixels.ToArray());
    }

    [TestMethod]
    public void A_stamped_image_outlives_its_cursor()
    {
        var view = ColorImages.View(_ml, ColorImages.Make(3));
        var stamped = _ml.Transforms.StampTrigger("Image", Trigger.Square(2, TriggerPosition.TopLeft)).Fit(view).Transform(view);

        var last = stamped.GetColumn<MLImage>(stamped.Schema["Image"]).Last();

        Assert.AreEqual(255, last.Pixels[0]);
        Assert.AreEqual(ColorImages.Width, last.Width);
    }

    [TestMethod]
    public void Images_without_a_size_in_their_type_are_stamped_according_to_their_own_size()
    {
        using var folder = new TemporaryFolder();
        (int Width, int Height)[] sizes = [(20, 12), (7, 9), (30, 30), (5, 5)];
        for (int i = 0; i < sizes.Length; i++)
        {
            using var image = ColorImages.MakeImage(sizes[i].Width, sizes[i].Height, i);
            image.Save(folder[$"{i}.png"]);
        }

        var files = _ml.Data.LoadFromEnumerable(sizes.Select((_, i) => new File { Path = $"{i}.png" }));
        var trigger = Trigger.Square(3, TriggerPosition.BottomRight, Color.FromArgb(1, 2, 3));
        var view = _ml.Transforms.LoadImages("Image", Path.GetDirectoryName(folder["x"]), "Path")
            .Append(_ml.Transforms.StampTrigger("Image", trigger)).Fit(files).Transform(files);

        int row = 0;
        foreach (var image in view.GetColumn<MLImage>(view.Schema["Image"]))
        {
            using var original = MLImage.CreateFromFile(folder[$"{row}.png"]);
            Assert.AreEqual(sizes[row], (image.Width, image.Height));
            CollectionAssert.AreEqual(Stamp(Planar(original), new ImageShape(3, original.Height, original.Width), trigger), Planar(image));
            row++;
        }

        Assert.AreEqual(sizes.Length, row);
    }

    [TestMethod]
    public void Stamping_works_between_resizing_and_extracting_pixels()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 3; i++)
        {
            using var image = ColorImages.MakeImage(20 + i, 30, i);
            image.Save(folder[$"{i}.png"]);
        }

        var files = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new File { Path = $"{i}.png" }));
        var trigger = Trigger.Square(4, TriggerPosition.Center, Color.FromArgb(250, 120, 0));
        var images = _ml.Transforms.LoadImages("Image", Path.GetDirectoryName(folder["x"]), "Path").Append(_ml.Transforms.ResizeImages("Image", 10, 8));
        var pixels = _ml.Transforms.ExtractPixels("Pixels", "Image");
        var clean = images.Append(pixels).Fit(files).Transform(files);
        var stamped = images.Append(_ml.Transforms.StampTrigger("Image", trigger)).Append(pixels).Fit(files).Transform(files);

        Assert.AreEqual(clean.Schema["Pixels"].Type, stamped.Schema["Pixels"].Type);
        for (int i = 0; i < 3; i++)
        {
            CollectionAssert.AreEqual(
                Stamp(clean.Vectors<float>("Pixels")[i], new ImageShape(3, 8, 10), trigger), stamped.Vectors<float>("Pixels")[i]);
        }
    }

    [TestMethod]
    public void A_missing_image_stays_missing()
    {
        var view = new ImageView([null]);
        var stamped = _ml.Transforms.StampTrigger("Image", Trigger.Square(1, 0, 0)).Fit(view).Transform(view);
        Assert.IsNull(stamped.Values<MLImage>("Image")[0]);
    }

    [TestMethod]
    public void A_missing_image_does_not_repeat_the_previous_one()
    {
        using var picture = ColorImages.Make(1)[0].Image;
        var view = new ImageView([picture, null]);
        var stamped = _ml.Transforms.MarkPoisoned("Poisoned", 0.5)
            .Append(_ml.Transforms.StampTrigger("Image", Trigger.Square(1, 0, 0), whereColumnName: "Poisoned"))
            .Fit(view).Transform(view);
        CollectionAssert.AreEqual(new[] { false, true }, stamped.Values<bool>("Poisoned"));

        using var cursor = stamped.GetRowCursor([stamped.Schema["Image"]]);
        var image = cursor.GetGetter<MLImage>(stamped.Schema["Image"]);
        MLImage current = null!;
        cursor.MoveNext();
        image(ref current);
        cursor.MoveNext();
        image(ref current);

        Assert.IsNull(current);
    }

    [TestMethod]
    public void A_trigger_that_does_not_fit_the_column_is_rejected_at_fit()
    {
        var gray = GrayImages.View(_ml, 2);
        Refusal.Of<ArgumentException>(() => _ml.Transforms.StampTrigger("Image", Trigger.Square(17, TriggerPosition.Center)).Fit(gray), "17×17", "16×16");
        Refusal.Of<ArgumentException>(() => _ml.Transforms.StampTrigger("Image", Trigger.Square(4, 13, 0)).Fit(gray), "4×4", "(13, 0)", "16×16");
        Refusal.Of<ArgumentException>(() => _ml.Transforms.StampTrigger("Image", Trigger.Square(4, 0, 0, Color.Red)).Fit(gray), "3 channels", "1");
        var colored = ColorImages.View(_ml, ColorImages.Make(1));
        Refusal.Of<ArgumentException>(() => _ml.Transforms.StampTrigger("Image", Trigger.Square(7, 0, 0)).Fit(colored), "7×7", "9×6");
    }

    [TestMethod]
    public void An_unsuitable_column_is_reported_with_the_expected_type()
    {
        var view = GrayImages.View(_ml, 2);
        var trigger = Trigger.Square(1, 0, 0);
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Transforms.StampTrigger("Picture", trigger).Fit(view), "Picture");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Transforms.StampTrigger("Digit", trigger).Fit(view), "Digit", "channels × height × width", "Int32");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Transforms.StampTrigger("Image", trigger, whereColumnName: "Poisoned").Fit(view), "Poisoned");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Transforms.StampTrigger("Image", trigger, whereColumnName: "Digit").Fit(view), "Digit", "Boolean");
        var unshaped = _ml.Data.LoadFromEnumerable([new SparseRow { Image = new VBuffer<float>(4, [1, 2, 3, 4]) }]);
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Transforms.StampTrigger("Image", trigger).Fit(unshaped), "Image", "height");
        var flat = _ml.Data.LoadFromEnumerable([new UnshapedRow()]);
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Transforms.StampTrigger("Image", trigger).Fit(flat), "Image", "without height and width");
    }

    private T[] Stamp<T>(T[] pixels, ImageShape shape, Trigger trigger) => Images.Stamp(_ml, pixels, shape, trigger);

    private byte[] StampImage(MLImage image, Trigger trigger) => Images.Stamp(_ml, image, trigger);

    private static byte[] Planar(MLImage image) => Images.Planar(image);

    private static byte[] RandomBytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private sealed class FlatRow
    {
        [VectorType(2, 3)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class UnshapedRow
    {
        [VectorType(4)]
        public byte[] Image { get; set; } = new byte[4];
    }

    private sealed class SparseRow
    {
        public VBuffer<float> Image { get; set; }

        public bool Poisoned { get; set; }
    }

    private sealed class File
    {
        public string Path { get; set; } = "";
    }
}
