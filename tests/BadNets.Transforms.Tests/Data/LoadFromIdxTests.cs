using System.Buffers.Binary;
using System.IO.Compression;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class LoadFromIdxTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 0);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, false)]
    [DataRow(false, true)]
    public void Images_and_labels_are_read_plain_and_compressed(bool imagesCompressed, bool labelsCompressed)
    {
        byte[] images = Idx([3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), labels = Idx([3], [2, 0, 1]);
        var view = Load(imagesCompressed ? Gzip(images) : images, labelsCompressed ? Gzip(labels) : labels);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Byte, 1, 2, 2), view.Schema["Image"].Type);
        Assert.AreEqual(3, view.GetRowCount());
        CollectionAssert.AreEqual(new byte[] { 5, 6, 7, 8 }, view.Vectors<byte>("Image")[1]);
        CollectionAssert.AreEqual(new uint[] { 3, 1, 2 }, view.Values<uint>("Label"));
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, view.Schema["Label"].Annotation<int>("KeyValues"));
    }

    [TestMethod]
    public void Four_dimensions_are_images_channels_height_and_width()
    {
        var view = Load(Idx([2, 3, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), Idx([2], [0, 0]));
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Byte, 3, 1, 2), view.Schema["Image"].Type);
        CollectionAssert.AreEqual(new byte[] { 7, 8, 9, 10, 11, 12 }, view.Vectors<byte>("Image")[1]);
    }

    [TestMethod]
    public void The_class_count_is_one_more_than_the_largest_label_unless_given()
    {
        byte[] images = Idx([2, 1, 1], [1, 2]), labels = Idx([2], [0, 6]);
        Assert.AreEqual(7ul, ((KeyDataViewType)Load(images, labels).Schema["Label"].Type).Count);
        Assert.AreEqual(10ul, ((KeyDataViewType)Load(images, labels, 10).Schema["Label"].Type).Count);
        Assert.AreEqual(256ul, ((KeyDataViewType)Load(images, Idx([2], [0, 255])).Schema["Label"].Type).Count);
    }

    [TestMethod]
    public void A_label_beyond_the_class_count_is_named_with_its_row() =>
        Refuse(Idx([2, 1, 1], [1, 2]), Idx([2], [0, 6]), 6, "labels.idx", "label 6", "row 1", "0 to 5");

    [TestMethod]
    [DataRow(0)]
    [DataRow(-3)]
    [DataRow(257)]
    public void Class_counts_that_bytes_cannot_represent_are_rejected(int classCount) => Refusal.Of<ArgumentOutOfRangeException>(
        () => Load(Idx([1, 1, 1], [1]), Idx([1], [0]), classCount), "between 1 and 256", $"{classCount}");

    [TestMethod]
    public void A_view_can_be_read_repeatedly_and_by_two_cursors_at_the_same_time()
    {
        var random = new Random(1);
        var pixels = new byte[50_000];
        random.NextBytes(pixels);
        var view = Load(Gzip(Idx([500, 10, 10], pixels)), Gzip(Idx([500], [.. pixels.Take(500).Select(pixel => (byte)(pixel % 10))])));
        string[] first = EstimatorInvariants.Describe(view);

        CollectionAssert.AreEqual(first, EstimatorInvariants.Describe(view));
        using var one = view.GetRowCursor(view.Schema);
        using var other = view.GetRowCursor([view.Schema["Image"]]);
        var (oneImage, otherImage) = (one.GetGetter<VBuffer<byte>>(view.Schema["Image"]), other.GetGetter<VBuffer<byte>>(view.Schema["Image"]));
        VBuffer<byte> image = default;
        for (int row = 0; row < 500; row++)
        {
            Assert.IsTrue(one.MoveNext());
            if (row % 2 == 0)
                continue;
            Assert.IsTrue(other.MoveNext());
            otherImage(ref image);
            CollectionAssert.AreEqual(pixels[(row / 2 * 100)..(row / 2 * 100 + 100)], image.GetValues().ToArray());
            oneImage(ref image);
            CollectionAssert.AreEqual(pixels[(row * 100)..(row * 100 + 100)], image.GetValues().ToArray());
        }

        Assert.IsFalse(one.MoveNext());
    }

    [TestMethod]
    public void Columns_that_were_not_requested_cannot_be_read()
    {
        var view = Load(Idx([1, 1, 1], [1]), Idx([1], [0]));
        using var cursor = view.GetRowCursor([view.Schema["Label"]]);

        Assert.IsFalse(cursor.IsColumnActive(view.Schema["Image"]));
        Assert.IsTrue(cursor.IsColumnActive(view.Schema["Label"]));
        Refusal.Of<InvalidOperationException>(() => cursor.GetGetter<VBuffer<byte>>(view.Schema["Image"]), "Image");
        Refusal.Of<InvalidOperationException>(() => cursor.GetGetter<int>(view.Schema["Label"]), "Label", "UInt32", "Int32");
    }

    [TestMethod]
    public void Labels_alone_are_read_without_the_images_file()
    {
        var view = Load(Idx([2, 1, 1], [1, 2]), Idx([2], [1, 0]));
        File.Delete(_folder["images.idx"]);
        CollectionAssert.AreEqual(new uint[] { 2, 1 }, view.Values<uint>("Label"));
    }

    [TestMethod]
    public void Files_that_are_not_IDX_files_of_bytes_are_rejected_by_name()
    {
        byte[] labels = Idx([1], [0]);
        Refuse([], labels, "images.idx", "not an IDX file");
        Refuse([0, 0], labels, "images.idx", "not an IDX file");
        Refuse([1, 0, 8, 3, .. new byte[13]], labels, "images.idx", "not an IDX file");
        Refuse("<html>not found</html>"u8.ToArray(), labels, "images.idx", "not an IDX file");
        Refuse([0, 0, 0x0d, 3, .. new byte[13]], labels, "images.idx", "type 0x0d", "unsigned bytes");
        Refuse(Idx([1, 1], [0]), labels, "images.idx", "2 dimensions", "3 or 4");
        Refuse(Idx([1, 1, 1], [0]), Idx([1, 1], [0]), "labels.idx", "2 dimensions", "labels have 1");
        Refuse(labels, Idx([1, 1, 1], [0]), "images.idx", "1 dimensions");
    }

    [TestMethod]
    public void Truncated_and_too_long_files_are_rejected()
    {
        byte[] images = Idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), labels = Idx([2], [0, 1]);
        for (int length = 4; length < images.Length; length++)
        {
            Refuse(images[..length], labels, "images.idx", "truncated");
            Refuse(Gzip(images[..length]), labels, "images.idx", "truncated");
        }

        Refuse(images, labels[..^1], "labels.idx", "truncated");
        Refuse([.. images, 0], labels, "images.idx", "longer than its header states");
        Refuse(Gzip([.. images, 0]), labels, "images.idx", "longer than its header states");
        Refuse(images, [.. labels, 0], "labels.idx", "longer than its header states");
    }

    [TestMethod]
    public void Different_counts_of_images_and_labels_are_rejected() =>
        Refuse(Idx([2, 1, 1], [1, 2]), Idx([3], [0, 0, 0]), "2 images", "3 labels", "images.idx", "labels.idx");

    [TestMethod]
    public void Empty_and_implausible_dimensions_are_rejected_without_allocating_memory()
    {
        byte[] labels = Idx([1], [0]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refuse(Idx([0, 28, 28], []), labels, "images.idx", "dimension 1 is 0");
        Refuse(Idx([1, 0, 28], []), labels, "images.idx", "dimension 2 is 0");
        Refuse(Idx([uint.MaxValue, 28, 28], []), labels, "images.idx", "4294967295");
        Refuse(Idx([1, int.MaxValue, int.MaxValue], []), labels, "images.idx", "2147483647×2147483647");
        Refuse(Idx([1, 70_000, 70_000, 5], []), labels, "images.idx", "70000×70000×5");
        Refuse(Idx([int.MaxValue, 4_000, 4_000], []), labels, "images.idx", "34359738352000016 bytes", "maxBytes");
        Refuse(Gzip(Idx([int.MaxValue, 4_000, 4_000], [])), labels, "images.idx", "34359738352000016 bytes", "maxBytes");
        Refuse(Idx([1, 40_000, 40_000], []), labels, "images.idx", "40000×40000");
        Refuse(Idx([1, 1, 1], [0]), Idx([1 << 29], []), "labels.idx", "truncated");

        Assert.IsLessThan(20_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void An_implausible_length_at_the_end_of_a_compressed_file_is_not_trusted()
    {
        byte[] labels = Gzip(Idx([500_000_000], []));
        BinaryPrimitives.WriteUInt32LittleEndian(labels.AsSpan(labels.Length - 4), 500_000_008);
        byte[] images = Gzip(Idx([500_000_000, 1, 1], []));
        BinaryPrimitives.WriteUInt32LittleEndian(images.AsSpan(images.Length - 4), 500_000_016);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refuse(images, labels, "damaged");

        Assert.IsLessThan(20_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void The_decompressed_size_of_both_files_is_limited()
    {
        byte[] images = Idx([20, 10, 10], new byte[2000]), labels = Idx([20], new byte[20]);
        const int Both = 16 + 2000 + 8 + 20;
        string imagesPath = _folder.Write("images.idx", Gzip(images)), labelsPath = _folder.Write("labels.idx", Gzip(labels));

        Assert.AreEqual(20, _ml.Data.LoadFromIdx(imagesPath, labelsPath, maxBytes: Both).GetRowCount());
        Refusal.Of<InvalidDataException>(() => _ml.Data.LoadFromIdx(imagesPath, labelsPath, maxBytes: Both - 1), "labels.idx", "28 bytes", "27", "maxBytes");
        Refusal.Of<InvalidDataException>(() => _ml.Data.LoadFromIdx(imagesPath, labelsPath, maxBytes: 2015), "images.idx", "2016 bytes", "2015", "maxBytes");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromIdx(imagesPath, labelsPath, maxBytes: 0), "at least 1");
    }

    [TestMethod]
    public void A_small_file_that_decompresses_to_more_than_a_gigabyte_requires_maxBytes()
    {
        const int Rows = 1 << 20;
        byte[] images = GzipZeros(Idx([Rows, 32, 32], []), 1 << 30), labels = GzipZeros(Idx([Rows], []), Rows);
        Refuse(images, labels, "images.idx", "1073741840 bytes", "maxBytes");

        string imagesPath = _folder.Write("images.idx", images), labelsPath = _folder.Write("labels.idx", labels);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.AreEqual(Rows, _ml.Data.LoadFromIdx(imagesPath, labelsPath, maxBytes: 1L << 31).GetRowCount());
        Assert.IsLessThan(1_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void A_truncated_compressed_file_is_rejected()
    {
        var random = new Random(3);
        foreach (var level in (CompressionLevel[])[CompressionLevel.Optimal, CompressionLevel.NoCompression])
        {
            var pixels = new byte[1200];
            random.NextBytes(pixels.AsSpan(0, 600));
            byte[] images = Gzip(Idx([3, 20, 20], pixels), level), labels = Gzip(Idx([3], [2, 0, 1]), level);
            for (int length = 3; length < labels.Length; length++)
                Refuse(images, labels[..length], "labels.idx", "truncated");
            for (int length = 3; length < images.Length; length++)
                Refusal.Of<InvalidDataException>(() => Load(images[..length], labels).Vectors<byte>("Image"), "images.idx", "truncated");
        }
    }

    // The header indicates a file name, which ends with a zero byte.
    [TestMethod]
    [DataRow(0x08)]
    [DataRow(0x10)]
    [DataRow(0x1c)]
    public void A_compressed_file_whose_header_has_no_end_is_rejected(int flags)
    {
        byte[] file = [0x1f, 0x8b, 8, (byte)flags, 0, 0, 0, 0, 0, 3, .. Enumerable.Repeat((byte)'a', 100)];
        Refuse(Idx([1, 1, 1], [1]), file, "labels.idx", "truncated");
    }

    [TestMethod]
    public void A_truncated_second_member_of_a_compressed_file_is_rejected()
    {
        byte[] labels = Idx([3], [2, 0, 1]), images = Idx([3, 1, 1], [1, 2, 3]), second = Gzip(labels[9..]);
        for (int cut = 1; cut < second.Length; cut++)
            Refuse(images, [.. Gzip(labels[..9]), .. second[..^cut]], "labels.idx", "truncated");
    }

    [TestMethod]
    public void A_changed_label_with_a_truncated_checksum_is_detected()
    {
        byte[] labels = Gzip(Idx([3], [2, 0, 1]), CompressionLevel.NoCompression);
        labels[^9] = 2;
        Refuse(Idx([3, 1, 1], [1, 2, 3]), labels, "labels.idx", "damaged", "checksum");
        Refuse(Idx([3, 1, 1], [1, 2, 3]), labels[..^8], "labels.idx", "truncated");
    }

    [TestMethod]
    public void Damaged_compressed_files_are_rejected_even_if_they_have_the_right_length()
    {
        var pixels = new byte[4000];
        new Random(3).NextBytes(pixels);
        byte[] labels = Idx([10], new byte[10]);

        // Random bytes are stored without compression, so a changed byte affects only the checksum.
        byte[] images = Gzip(Idx([10, 20, 20], pixels));
        images[images.Length / 2] ^= 1;
        Refusal.Of<InvalidDataException>(() => Load(images, labels).Vectors<byte>("Image"), "images.idx", "damaged", "checksum");

        byte[] badLabels = Gzip(Idx([10], [.. Enumerable.Range(0, 10).Select(i => (byte)(i * 77 % 10))]));
        badLabels[^6] ^= 1;
        Refusal.Of<InvalidDataException>(() => Load(Idx([10, 20, 20], pixels), badLabels), "labels.idx", "damaged", "checksum");
    }

    [TestMethod]
    public void A_compressed_file_with_several_members_is_read_completely()
    {
        byte[] images = Idx([2, 1, 3], [1, 2, 3, 4, 5, 6]);
        foreach (int cut in (int[])[0, 5, 16, 19])
        {
            var view = Load([.. Gzip(images[..cut]), .. Gzip(images[cut..])], Idx([2], [0, 0]));
            CollectionAssert.AreEqual(new byte[] { 4, 5, 6 }, view.Vectors<byte>("Image")[1]);
        }
    }

    [TestMethod]
    public void A_second_member_that_makes_a_compressed_file_too_long_is_detected()
    {
        byte[] images = Idx([2, 1, 3], [1, 2, 3, 4, 5, 6]);
        Refusal.Of<InvalidDataException>(
            () => Load([.. Gzip(images), .. Gzip(images)], Idx([2], [0, 0])).Vectors<byte>("Image"), "images.idx", "longer");
    }

    [TestMethod]
    public void A_label_that_becomes_invalid_between_two_passes_is_detected()
    {
        var view = Load(Idx([2, 1, 1], [1, 2]), Idx([2], [0, 1]));
        _folder.Write("labels.idx", Idx([2], [0, 2]));
        Refusal.Of<InvalidDataException>(() => view.Values<uint>("Label"), "labels.idx", "changed");
    }

    [TestMethod]
    public void A_change_of_a_file_between_two_passes_is_detected()
    {
        byte[] images = Idx([2, 1, 3], [1, 2, 3, 4, 5, 6]), labels = Idx([2], [0, 0]);
        var view = Load(images, labels);
        Assert.HasCount(2, view.Vectors<byte>("Image"));

        foreach (var (changed, word) in ((byte[], string)[])[
            (images[..^1], "truncated"), ([.. images, 7], "longer"), (Idx([2, 3, 1], [1, 2, 3, 4, 5, 6]), "changed"), ([], "truncated")])
        {
            _folder.Write("images.idx", changed);
            Refusal.Of<InvalidDataException>(() => view.Vectors<byte>("Image"), "images.idx", word);
        }

        File.Delete(_folder["images.idx"]);
        Assert.Throws<FileNotFoundException>(() => view.Vectors<byte>("Image"));
    }

    [TestMethod]
    public void Missing_files_are_named()
    {
        string labels = _folder.Write("labels.idx", Idx([1], [0])), images = _folder.Write("images.idx", Idx([1, 1, 1], [0]));
        Refusal.Of<FileNotFoundException>(() => _ml.Data.LoadFromIdx(_folder["absent.idx"], labels), "absent.idx");
        Refusal.Of<FileNotFoundException>(() => _ml.Data.LoadFromIdx(images, _folder["absent.idx"]), "absent.idx");
        Assert.Throws<ArgumentException>(() => _ml.Data.LoadFromIdx("", labels));
        Assert.Throws<ArgumentNullException>(() => _ml.Data.LoadFromIdx(images, null!));
    }

    private IDataView Load(byte[] images, byte[] labels, int? classCount = null) =>
        _ml.Data.LoadFromIdx(_folder.Write("images.idx", images), _folder.Write("labels.idx", labels), classCount);

    private void Refuse(byte[] images, byte[] labels, params string[] words) => Refusal.Of<InvalidDataException>(() => Load(images, labels), words);

    private void Refuse(byte[] images, byte[] labels, int classCount, params string[] words) =>
        Refusal.Of<InvalidDataException>(() => Load(images, labels, classCount), words);

    private static byte[] Idx(uint[] dimensions, byte[] values)
    {
        var idx = new byte[4 + 4 * dimensions.Length + values.Length];
        (idx[2], idx[3]) = (8, (byte)dimensions.Length);
        for (int i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(idx.AsSpan(4 + 4 * i), dimensions[i]);
        values.CopyTo(idx, 4 + 4 * dimensions.Length);
        return idx;
    }

    private static byte[] Gzip(byte[] content, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, level))
            gzip.Write(content);
        return memory.ToArray();
    }

    private static byte[] GzipZeros(byte[] header, long zeros)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            gzip.Write(header);
            var block = new byte[1 << 20];
            for (; zeros > 0; zeros -= block.Length)
                gzip.Write(block);
        }

        return memory.ToArray();
    }
}
