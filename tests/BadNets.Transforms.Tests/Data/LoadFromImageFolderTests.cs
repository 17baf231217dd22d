using SkiaSharp;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class LoadFromImageFolderTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 0);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Classes_and_files_are_in_ordinal_order()
    {
        string[] files = ["cat/10.png", "cat/9.png", "Zebra/1.png", "ant/b.png", "ant/B.png", "cat/-.png"];
        for (int i = 0; i < files.Length; i++)
            Write(files[i], 2, 3, i);
        var view = _ml.Data.LoadFromImageFolder(_folder[""]);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Byte, 3, 3, 2), view.Schema["Image"].Type);
        CollectionAssert.AreEqual(new[] { "Zebra", "ant", "cat" }, Classes(view));
        Assert.AreEqual(6, view.GetRowCount());
        CollectionAssert.AreEqual(new uint[] { 1, 2, 2, 3, 3, 3 }, view.Values<uint>("Label"));
        byte[][] expected = [.. new[] { 2, 4, 3, 5, 0, 1 }.Select(i => Planar(Colors(2, 3, i)))];
        byte[][] images = view.Vectors<byte>("Image");
        for (int row = 0; row < 6; row++)
            CollectionAssert.AreEqual(expected[row], images[row]);
    }

    [TestMethod]
    [DataRow(SKEncodedImageFormat.Png, "png", 0)]
    [DataRow(SKEncodedImageFormat.Webp, "WebP", 0)]
    [DataRow(SKEncodedImageFormat.Jpeg, "jpg", 6)]
    [DataRow(SKEncodedImageFormat.Jpeg, "JPEG", 6)]
    public void Encoded_formats_are_read(SKEncodedImageFormat format, string extension, int tolerance)
    {
        SKColor[] colors = [.. Enumerable.Repeat(new SKColor(200, 100, 50), 16 * 8)];
        Write($"a/1.{extension}", 16, 8, colors, format);
        byte[] image = _ml.Data.LoadFromImageFolder(_folder[""]).Vectors<byte>("Image").Single();

        foreach (var (expected, actual) in Planar(colors).Zip(image))
            Assert.AreEqual(expected, actual, (byte)tolerance);
    }

    [TestMethod]
    public void Bitmaps_GIFs_and_pixmaps_are_read()
    {
        // Two pixels, red and blue, in a 24-bit bitmap, a GIF, and a binary pixmap with a comment and a space among its pixels.
        byte[] bmp = [(byte)'B', (byte)'M', 62, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0, .. new byte[24], 0, 0, 255, 255, 0, 0, 0, 0];
        byte[] gif = [.. "GIF89a"u8, 2, 0, 1, 0, 0b1111_0000, 0, 0, 255, 0, 0, 0, 0, 255, 0x2c, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0b0100_0100, 0b1010, 0, 0x3b];
        byte[] ppm = [.. "P6\n# made by hand\n2 1\n255\n"u8, 255, 0, 0, 0, 0, 255];
        foreach (var (name, file) in ((string, byte[])[])[("a/1.bmp", bmp), ("a/2.gif", gif), ("a/3.ppm", ppm)])
            WriteBytes(name, file);

        foreach (byte[] image in _ml.Data.LoadFromImageFolder(_folder[""]).Vectors<byte>("Image"))
            CollectionAssert.AreEqual(new byte[] { 255, 0, 0, 0, 0, 255 }, image);
    }

    [TestMethod]
    [DataRow("P6 1 1 65535\n123456")]
    [DataRow("P6 1 1 255\n12")]
    [DataRow("P6 1 1 255\n1234")]
    [DataRow("P6 1 1 255")]
    [DataRow("P6 0 1 255\n")]
    [DataRow("P6 99999999999 99999999999 255\n123")]
    [DataRow("P6 -1 1 255\n123")]
    [DataRow("P6 # 1 1 255 123")]
    [DataRow("P611 255\n123")]
    [DataRow("P3\n1 1\n255\n1 2 3")]
    public void Pixmaps_of_other_kinds_and_lengths_are_rejected_by_name(string file)
    {
        WriteBytes("a/x.ppm", System.Text.Encoding.ASCII.GetBytes(file));
        Refuse(() => _ml.Data.LoadFromImageFolder(_folder[""]).Vectors<byte>("Image"), "x.ppm", "cannot be read");
    }

    [TestMethod]
    public void Gray_is_the_luma_and_gray_files_have_three_equal_channels()
    {
        SKColor[] colors = [new(255, 0, 0), new(0, 255, 0), new(0, 0, 255), new(100, 100, 100)];
        Write("a/1.png", 2, 2, colors);
        var gray = _ml.Data.LoadFromImageFolder(_folder[""], channels: 1);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Byte, 1, 2, 2), gray.Schema["Image"].Type);
        CollectionAssert.AreEqual(new byte[] { 76, 150, 29, 100 }, gray.Vectors<byte>("Image").Single());

        using (var bitmap = new SKBitmap(new SKImageInfo(2, 1, SKColorType.Gray8, SKAlphaType.Opaque)))
        {
            bitmap.SetPixel(0, 0, new SKColor(7, 7, 7));
            bitmap.SetPixel(1, 0, new SKColor(9, 9, 9));
            using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            WriteBytes("b/a/1.png", data.ToArray());
        }

        CollectionAssert.AreEqual(new byte[] { 7, 9, 7, 9, 7, 9 }, _ml.Data.LoadFromImageFolder(_folder["b"]).Vectors<byte>("Image").Single());
    }

    [TestMethod]
    public void Transparency_is_ignored()
    {
        SKColor[] colors = [new(255, 10, 20, 255), new(200, 100, 50, 128)];
        Write("a/1.png", 2, 1, colors);
        CollectionAssert.AreEqual(Planar(colors), _ml.Data.LoadFromImageFolder(_folder[""]).Vectors<byte>("Image").Single());
    }

    [TestMethod]
    public void Images_of_different_sizes_are_resized_if_a_size_is_specified_and_rejected_otherwise()
    {
        Write("a/1.png", 4, 4, [.. Enumerable.Repeat(new SKColor(10, 20, 30), 16)]);
        Write("a/2.png", 9, 5, [.. Enumerable.Repeat(new SKColor(40, 50, 60), 45)]);
        var resized = _ml.Data.LoadFromImageFolder(_folder[""], width: 3, height: 2);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Byte, 3, 2, 3), resized.Schema["Image"].Type);
        byte[][] images = resized.Vectors<byte>("Image");
        CollectionAssert.AreEqual(Planar([.. Enumerable.Repeat(new SKColor(10, 20, 30), 6)]), images[0]);
        CollectionAssert.AreEqual(Planar([.. Enumerable.Repeat(new SKColor(40, 50, 60), 6)]), images[1]);
        Refuse(() => _ml.Data.LoadFromImageFolder(_folder[""]).Vectors<byte>("Image"), "2.png", "9×5", "1.png", "4×4", "width and height");
    }

    [TestMethod]
    public void An_image_that_already_has_the_size_is_not_changed()
    {
        Write("a/1.png", 4, 3, 1);
        CollectionAssert.AreEqual(Planar(Colors(4, 3, 1)), _ml.Data.LoadFromImageFolder(_folder[""], 4, 3).Vectors<byte>("Image").Single());
    }

    [TestMethod]
    public void Halves_of_an_image_keep_their_position_when_it_is_resized()
    {
        SKColor[] colors = [.. Enumerable.Range(0, 64 * 64).Select(i => i % 64 < 32 ? SKColors.White : i < 32 * 64 ? SKColors.Red : SKColors.Black)];
        Write("a/1.png", 64, 64, colors);
        foreach (int side in (int[])[4, 100])
        {
            byte[] image = _ml.Data.LoadFromImageFolder(_folder[""], side, side).Vectors<byte>("Image").Single();
            (byte, byte) At(int x, int y) => (image[y * side + x], image[side * side + y * side + x]);
            Assert.AreEqual((255, 255), At(0, 0));
            Assert.AreEqual((255, 0), At(side - 1, 0));
            Assert.AreEqual((0, 0), At(side - 1, side - 1));
        }
    }

    [TestMethod]
    public void A_class_that_is_missing_in_the_test_folder_does_not_shift_the_others()
    {
        foreach (string name in (string[])["ant", "bee", "cat"])
            Write($"train/{name}/1.png", 4, 4, 1);
        Write("test/bee/1.png", 8, 8, 2);
        Write("test/cat/1.png", 4, 4, 3);
        Directory.CreateDirectory(_folder["test/ant"]);
        var train = _ml.Data.LoadFromImageFolder(_folder["train"], channels: 1);

        foreach (var test in (IDataView[])[
            _ml.Data.LoadFromImageFolder(_folder["test"], train), _ml.Data.LoadFromImageFolder(_folder["test"], 4, 4, channels: 1, classes: ["ant", "bee", "cat"])])
        {
            CollectionAssert.AreEqual(new[] { "ant", "bee", "cat" }, Classes(test));
            CollectionAssert.AreEqual(new uint[] { 2, 3 }, test.Values<uint>("Label"));
            Assert.AreEqual(train.Schema["Image"].Type, test.Schema["Image"].Type);
            Assert.AreEqual(train.Schema["Label"].Type, test.Schema["Label"].Type);
        }
    }

    [TestMethod]
    public void Specified_classes_keep_their_order()
    {
        Write("a/1.png", 2, 2, 1);
        Write("b/1.png", 2, 2, 2);
        var view = _ml.Data.LoadFromImageFolder(_folder[""], classes: ["b", "c", "a"]);
        CollectionAssert.AreEqual(new[] { "b", "c", "a" }, Classes(view));
        CollectionAssert.AreEqual(new uint[] { 1, 3 }, view.Values<uint>("Label"));
        CollectionAssert.AreEqual(Planar(Colors(2, 2, 2)), view.Vectors<byte>("Image")[0]);
    }

    [TestMethod]
    public void Unknown_and_empty_class_folders_are_rejected_by_name()
    {
        Write("train/cat/1.png", 2, 2, 1);
        Write("train/dog/1.png", 2, 2, 1);
        Refuse(() => _ml.Data.LoadFromImageFolder(_folder["train"], classes: ["cat"]), Path.Combine("train", "dog"), "not one of the 1 classes (cat)");
        Refuse(() => _ml.Data.LoadFromImageFolder(_folder["train/cat"]), "1.png", "not in a class folder");

        Directory.CreateDirectory(_folder["train/empty"]);
        WriteBytes("train/empty/notes.txt", [1, 2, 3]);
        Refuse(() => _ml.Data.LoadFromImageFolder(_folder["train"]), Path.Combine("train", "empty"), "no image files");

        Directory.CreateDirectory(_folder["nothing"]);
        Refuse(() => _ml.Data.LoadFromImageFolder(_folder["nothing"]), "nothing", "no image files");
        Assert.Throws<DirectoryNotFoundException>(() => _ml.Data.LoadFromImageFolder(_folder["absent"]));
    }

    [TestMethod]
    public void Hidden_and_other_files_are_ignored_and_subfolders_belong_to_the_class()
    {
        Write("cat/b.png", 2, 2, 1);
        Write("cat/a/z.png", 2, 2, 2);
        Write("cat/a-1/y.png", 2, 2, 3);
        WriteBytes("cat/.hidden.png", [1]);
        WriteBytes("cat/.thumbnails/1.png", [1]);
        WriteBytes(".git/1.png", [1]);
        WriteBytes("cat/GT-00001.csv", [1]);
        WriteBytes("readme.txt", [1]);
        var view = _ml.Data.LoadFromImageFolder(_folder[""]);

        CollectionAssert.AreEqual(new[] { "cat" }, Classes(view));
        byte[][] images = view.Vectors<byte>("Image");
        Assert.HasCount(3, images);
        foreach (var (seed, image) in new[] { 1, 2, 3 }.Zip(images))
            CollectionAssert.AreEqual(Planar(Colors(2, 2, seed)), image);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Symbolic_links_are_rejected_by_name_in_any_folder()
    {
        Write("elsewhere/1.png", 2, 2, 1);
        foreach (string link in (string[])["set/link", "set/cat/link", "set/cat/2.png", "set/loop"])
        {
            Write("set/cat/1.png", 2, 2, 1);
            if (link.EndsWith(".png", StringComparison.Ordinal))
                File.CreateSymbolicLink(_folder[link], _folder["elsewhere/1.png"]);
            else
                Directory.CreateSymbolicLink(_folder[link], link.EndsWith("loop", StringComparison.Ordinal) ? _folder["set"] : _folder["elsewhere"]);
            Refuse(() => _ml.Data.LoadFromImageFolder(_folder["set"]), Path.GetFileName(link), "symbolic link");
            File.Delete(_folder[link]);
        }

        Directory.CreateSymbolicLink(_folder["shortcut"], _folder["set"]);
        Assert.AreEqual(1, _ml.Data.LoadFromImageFolder(_folder["shortcut"]).GetRowCount());
    }

    [TestMethod]
    public void Files_that_are_not_images_are_rejected_by_name_before_a_row_is_read()
    {
        Write("a/1.png", 2, 2, 1);
        foreach (byte[] file in (byte[][])[[], [0x89], "<html>not found</html>"u8.ToArray()])
        {
            WriteBytes("a/2.png", file);
            Refuse(() => _ml.Data.LoadFromImageFolder(_folder[""]), "2.png", "cannot be read");
        }
    }

    [TestMethod]
    public void Damaged_images_are_rejected_by_name_when_they_are_read()
    {
        Write("a/1.png", 20, 20, 1);
        Write("a/2.png", 20, 20, 2);
        byte[] file = File.ReadAllBytes(_folder["a/2.png"]);
        file[file.Length / 2] ^= 1;
        WriteBytes("a/2.png", file);
        var view = _ml.Data.LoadFromImageFolder(_folder[""]);

        CollectionAssert.AreEqual(new uint[] { 1, 1 }, view.Values<uint>("Label"));
        Refuse(() => view.Vectors<byte>("Image"), "2.png", "cannot be read");
    }

    [TestMethod]
    public void A_small_file_that_claims_a_huge_image_is_rejected_without_allocating_memory()
    {
        byte[] bmp = [(byte)'B', (byte)'M', 0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 0x30, 0x75, 0, 0, 0x30, 0x75, 0, 0, 1, 0, 24, 0, .. new byte[24], 0, 0, 255, 255];
        WriteBytes("a/1.bmp", bmp);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refuse(() => _ml.Data.LoadFromImageFolder(_folder[""]), "1.bmp", "30000×30000");
        Refuse(() => _ml.Data.LoadFromImageFolder(_folder[""], 4, 4).Vectors<byte>("Image"), "1.bmp", "30000×30000");
        Assert.IsLessThan(2_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Shuffling_reads_the_files_in_another_order_with_the_same_row_IDs()
    {
        for (int i = 0; i < 40; i++)
            Write($"{(char)('a' + i / 10)}/{i % 10}.png", 1, 1, [new SKColor((byte)i, 0, 0)]);
        var view = _ml.Data.LoadFromImageFolder(_folder[""]);

        Assert.IsTrue(view.CanShuffle);
        var rows = new List<(byte Red, uint Label, ulong Id)>();
        using (var cursor = view.GetRowCursor(view.Schema, new Random(1)))
        {
            var image = cursor.GetGetter<VBuffer<byte>>(view.Schema["Image"]);
            var label = cursor.GetGetter<uint>(view.Schema["Label"]);
            var id = cursor.GetIdGetter();
            VBuffer<byte> pixels = default;
            uint key = 0;
            DataViewRowId rowId = default;
            while (cursor.MoveNext())
            {
                image(ref pixels);
                label(ref key);
                id(ref rowId);
                rows.Add((pixels.GetItemOrDefault(0), key, rowId.Low));
            }
        }

        Assert.IsTrue(rows.TrueForAll(row => row.Id == row.Red && row.Label == row.Red / 10 + 1u));
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 40).ToArray(), rows.ConvertAll(row => (int)row.Red));
        CollectionAssert.AreNotEqual(Enumerable.Range(0, 40).ToArray(), rows.ConvertAll(row => (int)row.Red));

        byte[] shuffled = [.. _ml.Data.ShuffleRows(view, seed: 3, shufflePoolSize: 1).Vectors<byte>("Image").Select(image => image[0])];
        Assert.IsGreaterThan(10, shuffled.Zip(shuffled.Skip(1)).Count(pair => pair.First / 10 != pair.Second / 10), "Classes are mixed beyond a pool of rows.");
    }

    [TestMethod]
    public void Labels_are_read_without_the_images()
    {
        Write("a/1.png", 1, 1, 1);
        Write("b/1.png", 1, 1, 1);
        var view = _ml.Data.LoadFromImageFolder(_folder[""]);
        File.Delete(_folder["a/1.png"]);

        CollectionAssert.AreEqual(new uint[] { 1, 2 }, view.Values<uint>("Label"));
        Refusal.Of<FileNotFoundException>(() => view.Vectors<byte>("Image"), "1.png");
    }

    [TestMethod]
    public void Invalid_arguments_are_rejected()
    {
        Write("a/1.png", 1, 1, 1);
        Refusal.Of<ArgumentException>(() => _ml.Data.LoadFromImageFolder(_folder[""], width: 3), "both", "height");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromImageFolder(_folder[""], 0, 3), "width", "between 1 and", "is 0");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromImageFolder(_folder[""], 3, 100_000), "height", "100000");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromImageFolder(_folder[""], channels: 2), "channels", "1 or 3");
        foreach (string[] classes in (string[][])[[], ["a", "a"], ["a", ""]])
            Refusal.Of<ArgumentException>(() => _ml.Data.LoadFromImageFolder(_folder[""], classes: classes), "classes", "different name");
        Assert.Throws<ArgumentException>(() => _ml.Data.LoadFromImageFolder(" "));
        Refusal.Of<ArgumentException>(() => _ml.Data.LoadFromImageFolder(_folder[""], GrayImages.View(_ml, 2)), "Label", "text");
        Refusal.Of<ArgumentException>(() => _ml.Data.LoadFromImageFolder(_folder[""], _ml.Data.LoadFromEnumerable([new { Label = "a" }])), "Image");
    }

    private void Refuse(Action action, params string[] words) => Refusal.Of<InvalidDataException>(action, words);

    private void Write(string name, int width, int height, int seed) => Write(name, width, height, Colors(width, height, seed));

    private void Write(string name, int width, int height, SKColor[] colors, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Pixels = colors;
        using var data = bitmap.Encode(format, 100);
        WriteBytes(name, data.ToArray());
    }

    private void WriteBytes(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        _folder.Write(name, content);
    }

    private static string[] Classes(IDataView view) =>
        Array.ConvertAll(view.Schema["Label"].Annotation<ReadOnlyMemory<char>>("KeyValues"), name => name.ToString());

    private static SKColor[] Colors(int width, int height, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, width * height).Select(_ => new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)))];
    }

    private static byte[] Planar(SKColor[] colors) =>
        [.. colors.Select(color => color.Red), .. colors.Select(color => color.Green), .. colors.Select(color => color.Blue)];
}
