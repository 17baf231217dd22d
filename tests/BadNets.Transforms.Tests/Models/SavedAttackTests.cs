using System.Text;

namespace BadNets.Transforms.Tests;

/// <summary>Triggers and label mappings in model files: kind, length, and payload.</summary>
[TestClass]
public sealed class SavedAttackTests
{
    private static readonly MLContext Ml = new(seed: 0);
    private static readonly IDataView View = GrayImages.View(Ml, 6);

    public SavedAttackTests() => Trigger.Register(SpeckleTrigger.Name, SpeckleTrigger.Read);

    [TestMethod]
    public void A_trigger_is_written_as_kind_length_and_payload()
    {
        var (content, at) = Find(new SpeckleTrigger(3, 4), "\rtests/speckle");
        CollectionAssert.AreEqual(
            new byte[] { 8, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0 }, content[(at + 14)..(at + 26)]);
    }

    [TestMethod]
    public void An_unregistered_trigger_kind_is_reported_with_how_to_register_it()
    {
        byte[] file = Change(new SpeckleTrigger(3, 4), "\rtests/speckle", (content, at) => "tests/strange"u8.CopyTo(content.AsSpan(at + 1)));
        Refusal.OfLoading<InvalidOperationException>(file, "'tests/strange'", "Trigger.Register(\"tests/strange\", …)", "before loading");
        var refusal = Refusal.Of<InvalidDataException>(() => Ml.Model.LoadChecked(new MemoryStream(file)), "'tests/strange'", "Trigger.Register");
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [TestMethod]
    public void A_reader_that_returns_another_kind_is_reported()
    {
        const string Name = "tests/another";
        Trigger.Register(Name, ReadAnother);
        byte[] file = Change(new SpeckleTrigger(3, 4), "\rtests/speckle", (content, at) => Encoding.UTF8.GetBytes(Name).CopyTo(content.AsSpan(at + 1)));
        Refusal.OfLoading<InvalidOperationException>(file, "'tests/another'", "did not return a trigger of this kind");
    }

    // The length of the payload follows the kind.
    [TestMethod]
    [DataRow(7)]
    [DataRow(0)]
    public void A_payload_that_is_too_short_is_reported_as_damage(int length) => Refusal.OfLoading<InvalidDataException>(
        Change(new SpeckleTrigger(3, 4), "\rtests/speckle", (content, at) => content[at + 14] = (byte)length), "damaged", "'tests/speckle'");

    [TestMethod]
    public void A_payload_that_is_too_long_is_reported_as_damage() => Refusal.OfLoading<InvalidDataException>(
        Change(new SpeckleTrigger(3, 4), "\rtests/speckle", (content, at) => content[at + 14] = 9), "damaged", "'tests/speckle'", "1 extra bytes");

    [TestMethod]
    [DataRow(0x7f)]
    [DataRow(0xff)]
    public void A_payload_longer_than_the_file_is_not_read_into_memory(int highest)
    {
        byte[] file = Change(new SpeckleTrigger(3, 4), "\rtests/speckle", (content, at) => content[at + 17] = (byte)highest);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refusal.OfLoading<InvalidDataException>(file, "damaged", "bytes are left");
        Assert.IsLessThan(10_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Memory_is_not_allocated_for_a_read_beyond_the_payload()
    {
        const string Name = "tests/greedy!";
        Trigger.Register(Name, ReadGreedily);
        byte[] file = Change(new SpeckleTrigger(0x70000000, 4), "\rtests/speckle", (content, at) => Encoding.UTF8.GetBytes(Name).CopyTo(content.AsSpan(at + 1)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refusal.OfLoading<InvalidDataException>(file, "damaged", Name);
        Assert.IsLessThan(10_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Kind, length, blend ratio (8 bytes), whether there is a picture, width, height.
    [TestMethod]
    [DataRow(4 + 7, 0x80, "α")]
    [DataRow(4 + 8, 1, "damaged")]
    public void A_blended_trigger_with_invalid_content_is_reported_as_damage(int offset, int value, string word) => Refusal.OfLoading<InvalidDataException>(
        Change(Trigger.BlendNoise(1_000_000), "\u0005blend", (content, at) => content[at + 6 + offset] = (byte)value), "damaged", word);

    // Kind, length, width, height, position, x, y (int32 each), 16 colors, opacity (8 bytes), whether there is a mask, and 16 alpha values.
    [TestMethod]
    [DataRow(4 + 20 + 48 + 7, 0x80, "opacity")]
    [DataRow(4 + 20 + 48 + 8, 0, "opaque")]
    [DataRow(4, 5, "damaged")]
    [DataRow(4 + 8, 9, "position")]
    public void A_masked_trigger_with_invalid_content_is_reported_as_damage(int offset, int value, string word) => Refusal.OfLoading<InvalidDataException>(
        Change(Trigger.PixelPattern(), "\u000cmasked-patch", (content, at) => content[at + 13 + offset] = (byte)value), "damaged", word);

    [TestMethod]
    public void A_masked_trigger_without_a_visible_pixel_is_reported_as_damage() => Refusal.OfLoading<InvalidDataException>(
        Change(Trigger.PixelPattern(), "\u000cmasked-patch", (content, at) => content.AsSpan(at + 13 + 4 + 20 + 48 + 9, 16).Clear()), "damaged", "transparent");

    [TestMethod]
    [DataRow(7, 0x80, "amplitude")]
    [DataRow(11, 0x80, "frequency")]
    public void A_sinusoid_with_invalid_content_is_reported_as_damage(int offset, int value, string word) => Refusal.OfLoading<InvalidDataException>(
        Change(Trigger.Sinusoid(), "\bsinusoid", (content, at) => content[at + 9 + 4 + offset] = (byte)value), "damaged", word);

    [TestMethod]
    public void A_label_mapping_of_an_unknown_kind_or_with_a_duplicate_label_is_reported_as_damage()
    {
        var model = new ModelFile(ModelFile.Save(Ml, Ml.Transforms.FlipLabel("Label", LabelMapping.Of((0, 1), (2, 1))).Fit(View), View.Schema));
        var (entry, at) = model.Find("\u0005pairs");
        var unknown = model.Copy();
        "parts"u8.CopyTo(unknown.Entries[entry].AsSpan(at + 1));
        Refusal.OfLoading<InvalidDataException>(unknown.ToZip(), "damaged", "'parts'");

        // Kind, length, count, and the texts of the pairs, each with its length.
        var twice = model.Copy();
        Assert.AreEqual((byte)'2', twice.Entries[entry][at + 6 + 4 + 4 + 5]);
        twice.Entries[entry][at + 6 + 4 + 4 + 5] = (byte)'0';
        Refusal.OfLoading<InvalidDataException>(twice.ToZip(), "damaged", "'0'", "twice");

        var many = model.Copy();
        many.Entries[entry][at + 6 + 4 + 3] = 0x7f;
        Refusal.OfLoading<InvalidDataException>(many.ToZip(), "damaged");
    }

    private static Trigger ReadAnother(BinaryReader reader) => SpeckleTrigger.Read(reader);

    private static Trigger ReadGreedily(BinaryReader reader)
    {
        reader.ReadBytes(reader.ReadInt32());
        return SpeckleTrigger.Read(reader);
    }

    private static (byte[] Content, int At) Find(Trigger trigger, string text)
    {
        var model = new ModelFile(ModelFile.Save(Ml, Ml.Transforms.StampTrigger("Image", trigger).Fit(View), View.Schema));
        var (entry, at) = model.Find(text);
        return (model.Entries[entry], at);
    }

    private static byte[] Change(Trigger trigger, string text, Action<byte[], int> change)
    {
        // The size of the images is not known in advance, so that triggers that do not fit can be saved. ML.NET cannot save such a schema.
        var model = new ModelFile(ModelFile.Save(Ml, Ml.Transforms.StampTrigger("Image", trigger).Fit(new ImageView()), null));
        var (entry, at) = model.Find(text);
        change(model.Entries[entry], at);
        return model.ToZip();
    }
}
