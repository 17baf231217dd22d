using System.IO.Compression;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class LoadFromCifarTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 0);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Files_are_read_in_order_plain_and_compressed()
    {
        byte[] first = Rows(0, [3], [0], [9]), second = Rows(3, [1]), third = Rows(4, [2], [7]);
        var view = _ml.Data.LoadFromCifar([_folder.Write("1.bin", first), _folder.Write("2.bin.gz", Gzip(second)), _folder.Write("3.bin", third)]);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Byte, 3, 32, 32), view.Schema["Image"].Type);
        Assert.AreEqual(10ul, ((KeyDataViewType)view.Schema["Label"].Type).Count);
        CollectionAssert.AreEqual(Enumerable.Range(0, 10).ToArray(), view.Schema["Label"].Annotation<int>("KeyValues"));
        Assert.AreEqual(6, view.GetRowCount());
        CollectionAssert.AreEqual(new uint[] { 4, 1, 10, 2, 3, 8 }, view.Values<uint>("Label"));
        byte[][] images = view.Vectors<byte>("Image");
        for (int row = 0; row < 6; row++)
            CollectionAssert.AreEqual(Pixels(row), images[row]);
    }

    [TestMethod]
    [DataRow(CifarLabels.Cifar100Fine, 100, new uint[] { 100, 1 })]
    [DataRow(CifarLabels.Cifar100Coarse, 20, new uint[] { 6, 20 })]
    public void CIFAR_100_has_a_coarse_and_a_fine_label(CifarLabels labels, int classCount, uint[] expected)
    {
        var view = Load(Rows(0, [5, 99], [19, 0]), labels);

        Assert.AreEqual((ulong)classCount, ((KeyDataViewType)view.Schema["Label"].Type).Count);
        CollectionAssert.AreEqual(expected, view.Values<uint>("Label"));
        CollectionAssert.AreEqual(Pixels(1), view.Vectors<byte>("Image")[1]);
    }

    [TestMethod]
    public void Classes_are_named_by_a_file()
    {
        string names = _folder.Write("batches.meta.txt", "airplane\nautomobile\r\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"u8.ToArray());
        var view = Load(Rows(0, [3], [9]), CifarLabels.Cifar10, names);

        CollectionAssert.AreEqual(
            new[] { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck" },
            Array.ConvertAll(view.Schema["Label"].Annotation<ReadOnlyMemory<char>>("KeyValues"), name => name.ToString()));
        var flipped = _ml.Transforms.FlipLabel("Label", "ship").Fit(view).Transform(view);
        CollectionAssert.AreEqual(new uint[] { 9, 9 }, flipped.Values<uint>("Label"));
    }

    [TestMethod]
    public void Class_names_that_do_not_match_the_classes_are_rejected()
    {
        byte[] rows = Rows(0, [3]);
        foreach (string names in (string[])["a\nb", "", "a\na\nb\nc\nd\ne\nf\ng\nh\ni", new string('x', 70_000)])
            Refusal.Of<InvalidDataException>(() => Load(rows, CifarLabels.Cifar10, _folder.Write("names.txt", System.Text.Encoding.UTF8.GetBytes(names))), "names.txt");
        Refusal.Of<FileNotFoundException>(() => Load(rows, CifarLabels.Cifar10, _folder["absent.txt"]), "absent.txt");
    }

    [TestMethod]
    public void A_label_that_the_data_set_does_not_have_is_named_with_file_and_row()
    {
        Refuse(Rows(0, [9], [10]), CifarLabels.Cifar10, "train.bin", "label 10", "row 1", "0 to 9");
        Refuse(Gzip(Rows(0, [9], [8], [255])), CifarLabels.Cifar10, "train.bin", "label 255", "row 2");
        Refuse(Rows(0, [20, 5]), CifarLabels.Cifar100Fine, "train.bin", "coarse label 20", "row 0", "0 to 19");
        Refuse(Rows(0, [19, 99], [3, 100]), CifarLabels.Cifar100Coarse, "train.bin", "fine label 100", "row 1", "0 to 99");
    }

    [TestMethod]
    public void Files_with_other_lengths_are_rejected()
    {
        byte[] rows = Rows(0, [1], [2]);
        foreach (int length in (int[])[0, 1, 3072, 3074, rows.Length - 1])
        {
            Refuse(rows[..length], CifarLabels.Cifar10, "train.bin", $"has {length} bytes", "3073");
            if (length > 0)
                Refuse(Gzip(rows[..length]), CifarLabels.Cifar10, "train.bin", $"has {length} bytes after decompression", "3073");
        }

        Refuse([.. rows, 0], CifarLabels.Cifar10, "train.bin", "6147 bytes");
    }

    [TestMethod]
    public void The_other_data_set_is_recognized()
    {
        Refuse(Rows(0, [1, 2]), CifarLabels.Cifar10, "CIFAR-100", "labels");
        Refuse(Gzip(Rows(0, [1])), CifarLabels.Cifar100Fine, "fits CIFAR-10.", "labels");
    }

    [TestMethod]
    public void A_truncated_or_damaged_compressed_file_is_rejected_immediately()
    {
        byte[] packed = Gzip(Rows(0, [1], [2], [3]));
        foreach (int cut in (int[])[1, 4, 8, 9, 1000])
            Refuse(packed[..^cut], CifarLabels.Cifar10, "train.bin", "truncated");
        packed[packed.Length / 2] ^= 1;
        Refuse(packed, CifarLabels.Cifar10, "train.bin", "damaged", "checksum");
    }

    [TestMethod]
    public void The_decompressed_size_is_limited()
    {
        string one = _folder.Write("1.bin", Gzip(Rows(0, [1], [2]))), two = _folder.Write("2.bin", Gzip(Rows(0, [1])));

        Assert.AreEqual(3, _ml.Data.LoadFromCifar([one, two], maxBytes: 3 * 3073).GetRowCount());
        Refusal.Of<InvalidDataException>(() => _ml.Data.LoadFromCifar([one, two], maxBytes: 3 * 3073 - 1), "2.bin", "3073 bytes", "3072", "maxBytes");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromCifar([one], maxBytes: 0), "at least 1");
    }

    [TestMethod]
    public void Changes_of_files_between_two_passes_are_detected()
    {
        byte[] rows = Rows(0, [1], [2]);
        var view = Load(rows);
        Assert.HasCount(2, view.Vectors<byte>("Image"));

        foreach (var (changed, word) in ((byte[], string)[])[(rows[..^1], "truncated"), ([.. rows, 7], "longer"), (Rows(0, [1], [10]), "changed"), ([], "truncated")])
        {
            _folder.Write("train.bin", changed);
            Refusal.Of<InvalidDataException>(() => view.Values<uint>("Label"), "train.bin", word);
        }
    }

    [TestMethod]
    public void A_view_can_be_read_by_two_cursors_at_the_same_time()
    {
        byte[][] labels = [.. Enumerable.Range(0, 60).Select(row => new[] { (byte)(row % 10) })];
        var view = _ml.Data.LoadFromCifar([_folder.Write("1.bin", Rows(0, labels[..50])), _folder.Write("2.bin", Rows(50, labels[50..]))]);
        using var one = view.GetRowCursor(view.Schema);
        using var other = view.GetRowCursor([view.Schema["Image"]]);
        var (oneImage, otherImage) = (one.GetGetter<VBuffer<byte>>(view.Schema["Image"]), other.GetGetter<VBuffer<byte>>(view.Schema["Image"]));
        var id = one.GetIdGetter();
        VBuffer<byte> image = default;
        DataViewRowId rowId = default;
        for (int row = 0; row < 60; row++)
        {
            Assert.IsTrue(one.MoveNext());
            if (row % 2 == 1)
            {
                Assert.IsTrue(other.MoveNext());
                otherImage(ref image);
                CollectionAssert.AreEqual(Pixels(row / 2), image.GetValues().ToArray());
            }

            oneImage(ref image);
            CollectionAssert.AreEqual(Pixels(row), image.GetValues().ToArray());
            id(ref rowId);
            Assert.AreEqual((ulong)row, rowId.Low);
        }

        Assert.IsFalse(one.MoveNext());
    }

    [TestMethod]
    public void Invalid_arguments_are_rejected()
    {
        Refusal.Of<ArgumentException>(() => _ml.Data.LoadFromCifar([]), "at least one");
        Assert.Throws<ArgumentException>(() => _ml.Data.LoadFromCifar([""]));
        Refusal.Of<ArgumentOutOfRangeException>(() => Load(Rows(0, [1]), (CifarLabels)7), "Cifar10", "Cifar100Fine");
        Refusal.Of<FileNotFoundException>(() => _ml.Data.LoadFromCifar([_folder["absent.bin"]]), "absent.bin");
    }

    private IDataView Load(byte[] file, CifarLabels labels = CifarLabels.Cifar10, string? names = null) =>
        _ml.Data.LoadFromCifar([_folder.Write("train.bin", file)], labels, names);

    private void Refuse(byte[] file, CifarLabels labels, params string[] words) => Refusal.Of<InvalidDataException>(() => Load(file, labels), words);

    private static byte[] Rows(int first, params byte[][] labels) => [.. labels.SelectMany((label, row) => (byte[])[.. label, .. Pixels(first + row)])];

    private static byte[] Pixels(int row)
    {
        var pixels = new byte[3 * 32 * 32];
        new Random(row).NextBytes(pixels);
        return pixels;
    }

    private static byte[] Gzip(byte[] content)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal))
            gzip.Write(content);
        return memory.ToArray();
    }
}
