using CsCheck;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class HiddenPiecesTriggerTests
{
    private static readonly Gen<(ImageShape Shape, int Pieces, int Seed)> Cases = Gen.Select(
        Gen.Select(Gen.Int[1, 3], Gen.Int[5, 17], Gen.Int[5, 17], (channels, height, width) => new ImageShape(channels, height, width)), Gen.Int[2, 5], Gen.Int[-5, 1000]);

    [TestMethod]
    public void Each_piece_is_either_stamped_or_left_as_it_was() => Cases.Sample(each =>
    {
        var (shape, pieces, seed) = each;
        var trigger = Trigger.BlendNoise(seed, 0.5).WithHiddenPieces(pieces, 0.4, seed);
        byte[] before = Bytes(shape), whole = Stamp(trigger.Original, shape, default), after = Stamp(trigger, shape, new((ulong)seed, 1));
        var hidden = new HashSet<int>();
        var shown = new HashSet<int>();
        for (int i = 0; i < after.Length; i++)
        {
            int piece = PieceOf(i / shape.Width % shape.Height, shape.Height) * pieces + PieceOf(i % shape.Width, shape.Width);
            if (after[i] != whole[i])
                hidden.Add(piece);
            if (after[i] != before[i])
                shown.Add(piece);
            Assert.IsTrue(after[i] == whole[i] || after[i] == before[i]);
        }

        Assert.IsFalse(hidden.Overlaps(shown));
        Assert.AreEqual((int)Math.Round(0.4 * pieces * pieces), trigger.HiddenCount);
        Assert.IsLessThanOrEqualTo(trigger.HiddenCount, hidden.Count);
        Assert.IsLessThanOrEqualTo(pieces * pieces - trigger.HiddenCount, shown.Count);
        if (shape.Size / shape.Channels > 9 * pieces * pieces)
            Assert.HasCount(trigger.HiddenCount, hidden);

        // The pieces meet at ⌊i · size / pieces⌋.
        int PieceOf(int position, int size) => Enumerable.Range(0, pieces).Last(piece => position >= piece * size / pieces);
    }, iter: 200, threads: 1);

    // A slow version of the choice of the pieces, which would have to change if the documented streams changed.
    [TestMethod]
    public void The_choice_of_the_pieces_is_the_documented_one()
    {
        var shape = new ImageShape(1, 4, 4);
        for (ulong row = 0; row < 20; row++)
        {
            byte[] after = Stamp(Trigger.Square(4, TriggerPosition.TopLeft).WithHiddenPieces(seed: 3), shape, new(row, 2));
            ulong seed = Mix(Mix(Mix(3) ^ row) ^ 2);
            var left = Enumerable.Range(0, 16).ToArray();
            for (int i = 0; i < 8; i++)
            {
                int drawn = i + (int)((UInt128)Mix(unchecked(seed + (ulong)i * 0x9E3779B97F4A7C15)) * (ulong)(16 - i) >> 64);
                (left[i], left[drawn]) = (left[drawn], left[i]);
            }

            byte[] expected = Bytes(shape);
            foreach (int shown in left[8..])
                expected[shown] = 255;
            CollectionAssert.AreEqual(expected, after);
        }
    }

    [TestMethod]
    public void Every_piece_is_hidden_about_equally_often()
    {
        const int Rows = 4000;
        var shape = new ImageShape(1, 4, 4);
        var stamp = Trigger.Square(4, TriggerPosition.TopLeft).WithHiddenPieces().FitTo(shape);
        var shown = new int[16];
        for (ulong row = 0; row < Rows; row++)
        {
            var image = new byte[16];
            stamp.Apply(image, new(row, 0));
            Assert.AreEqual(8, image.Count(value => value == 255));
            for (int i = 0; i < 16; i++)
                shown[i] += image[i] / 255;
        }

        foreach (int count in shown)
            Assert.AreEqual(Rows / 2, count, 5 * Math.Sqrt(Rows / 4));
    }

    [TestMethod]
    public void Hidden_floats_keep_their_bits()
    {
        var shape = new ImageShape(1, 8, 8);
        float[] before = [.. Enumerable.Range(0, 64).Select(i => i * 1.37f - 10)], after = [.. before];
        Trigger.Square(8, TriggerPosition.TopLeft, gray: 7).WithHiddenPieces().FitTo(shape).Apply(after, new(5, 0));
        Assert.AreEqual(32, after.Count(value => value == 7));
        for (int i = 0; i < 64; i++)
            Assert.IsTrue(after[i] == 7 || after[i] == before[i]);
    }

    [TestMethod]
    public void A_trigger_that_differs_by_row_can_have_hidden_pieces()
    {
        var shape = new ImageShape(1, 16, 16);
        Trigger noisy = Trigger.Warp(strength: 5).WithNoise(), hidden = noisy.WithHiddenPieces();
        for (ulong row = 0; row < 5; row++)
        {
            byte[] whole = Stamp(noisy, shape, new(row, 0)), after = Stamp(hidden, shape, new(row, 0)), before = Bytes(shape);
            Assert.IsTrue(Enumerable.Range(0, 256).All(i => after[i] == whole[i] || after[i] == before[i]));
            CollectionAssert.AreNotEqual(whole, after);
        }
    }

    [TestMethod]
    public void Triggers_are_equal_if_everything_is_equal()
    {
        var trigger = Trigger.BlendNoise();
        Assert.AreEqual(trigger.WithHiddenPieces(), trigger.WithHiddenPieces(4, 0.5, 0));
        Assert.AreNotEqual(trigger.WithHiddenPieces(), trigger.WithHiddenPieces(5));
        Assert.AreNotEqual(trigger.WithHiddenPieces(), trigger.WithHiddenPieces(share: 0.4));
        Assert.AreNotEqual(trigger.WithHiddenPieces(), trigger.WithHiddenPieces(seed: 1));
        Assert.AreNotEqual(trigger.WithHiddenPieces(), Trigger.BlendNoise(1).WithHiddenPieces());
        Assert.AreEqual("blended noise 0, α 0.2, with 8 of 16 pieces hidden, choice 0", trigger.WithHiddenPieces().ToString());
    }

    [TestMethod]
    public void Triggers_of_an_unregistered_kind_can_be_compared_but_not_saved()
    {
        var trigger = new Unregistered().WithHiddenPieces();
        Assert.AreEqual(trigger, new Unregistered().WithHiddenPieces());
        using var writer = new BinaryWriter(new MemoryStream());
        Refusal.Of<InvalidOperationException>(() => trigger.Save(writer), "'tests/unregistered'", "Trigger.Register");
    }

    [TestMethod]
    public void Values_that_cannot_be_used_are_rejected()
    {
        var trigger = Trigger.BlendNoise();
        foreach (int pieces in (int[])[-1, 1, 33])
            Refusal.Of<ArgumentOutOfRangeException>(() => trigger.WithHiddenPieces(pieces), "between 2 and 32", $"{pieces}");
        foreach (double share in (double[])[0, 1, -0.5, double.NaN])
            Refusal.Of<ArgumentOutOfRangeException>(() => trigger.WithHiddenPieces(share: share), "greater than 0 and less than 1");
        Refusal.Of<ArgumentOutOfRangeException>(() => trigger.WithHiddenPieces(2, 0.1), "0 of 4 pieces", "at least 1");
        Refusal.Of<ArgumentOutOfRangeException>(() => trigger.WithHiddenPieces(2, 0.9), "4 of 4 pieces", "not all");
        Refusal.Of<ArgumentException>(() => trigger.WithHiddenPieces().FitTo(new ImageShape(1, 9, 3)), "1×9×3", "4×4 pieces", "fewer pieces");
        Refusal.Of<ArgumentException>(() => Trigger.Square(9, TriggerPosition.Center).WithHiddenPieces().FitTo(new ImageShape(1, 8, 8)), "9×9");
    }

    [TestMethod]
    public void Triggers_can_be_nested_four_levels_deep_and_saved()
    {
        Trigger deepest = Trigger.BlendNoise().WithHiddenPieces().WithHiddenPieces(3).WithHiddenPieces(2);
        Refusal.Of<ArgumentException>(() => deepest.WithHiddenPieces(), "at most 4 levels");

        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        deepest.Save(writer);
        using var reader = new BinaryReader(new MemoryStream(stream.ToArray()));
        Assert.AreEqual(deepest, Trigger.Load(reader));
    }

    [TestMethod]
    public void A_file_with_deeper_nesting_does_not_overflow_the_stack()
    {
        byte[] payload = [];
        for (int level = 0; level < 2000; level++)
        {
            using var stream = new MemoryStream();
            using var writer = new BinaryWriter(stream);
            writer.Write("hidden-pieces");
            writer.Write(16 + payload.Length);
            writer.Write(4);
            writer.Write(0.5);
            writer.Write(0);
            writer.Write(payload);
            payload = stream.ToArray();
        }

        using var reader = new BinaryReader(new MemoryStream(payload));
        Refusal.Of<InvalidDataException>(() => Trigger.Load(reader), "damaged", "nested more than 4 levels");
    }

    private static byte[] Stamp(Trigger trigger, ImageShape shape, DataViewRowId row)
    {
        byte[] image = Bytes(shape);
        trigger.FitTo(shape).Apply(image, row);
        return image;
    }

    private static byte[] Bytes(ImageShape shape)
    {
        var bytes = new byte[shape.Size];
        new Random(shape.Size).NextBytes(bytes);
        return bytes;
    }

    // The first output of SplitMix64.
    private static ulong Mix(ulong seed)
    {
        ulong z = unchecked(seed + 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }

    private sealed class Unregistered : Trigger
    {
        public override string Kind => "tests/unregistered";

        public override TriggerStamp FitTo(ImageShape shape) => BlendNoise().FitTo(shape);

        public override string ToString() => Kind;

        protected override void Write(BinaryWriter writer)
        {
        }
    }
}
