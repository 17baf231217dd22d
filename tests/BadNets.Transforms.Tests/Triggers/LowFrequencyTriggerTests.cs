namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class LowFrequencyTriggerTests
{
    private const int Side = GrayImages.Side;

    private static readonly MLContext Ml = new(seed: 0);
    private static readonly IDataView View = GrayImages.View(Ml, Faint(300, seed: 2));
    private static readonly Lazy<TorchCnnTransformer> Model = new(() => Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 3).Fit(View));
    private static readonly Lazy<LowFrequencyTrigger> Found = new(() => Trigger.LowFrequency(Model.Value, View, targetLabel: 1, strength: 60));

    [TestMethod]
    public void The_change_has_only_low_frequencies_and_the_given_strength()
    {
        double[] change = ChangeOf(Found.Value);
        double low = 0, all = 0;
        for (int v = 0; v < Side; v++)
        {
            for (int u = 0; u < Side; u++)
            {
                double component = 0;
                for (int y = 0; y < Side; y++)
                {
                    for (int x = 0; x < Side; x++)
                        component += change[y * Side + x] * Wave(v, y) * Wave(u, x);
                }

                all += component * component;
                low += v < 4 && u < 4 ? component * component : 0;
            }
        }

        // Rounding to whole pixels adds an error of at most 1/2 to each of them.
        Assert.IsLessThanOrEqualTo(Side * Side / 4.0, all - low);
        Assert.AreEqual(60, change.Max(Math.Abs));
        Assert.AreEqual(60, Found.Value.Strength);

        static double Wave(int k, int i) => Math.Sqrt((k == 0 ? 1.0 : 2.0) / Side) * Math.Cos(Math.PI * (2 * i + 1) * k / (2.0 * Side));
    }

    [TestMethod]
    public void The_filter_keeps_low_frequencies_and_removes_high_ones()
    {
        var filter = new LowPassFilter(4, 6, 2);
        double[] plane = [.. Enumerable.Range(0, 24).Select(i => 3 + 2 * Math.Cos(Math.PI * (i % 6 + 0.5) / 6) * Math.Cos(Math.PI * (i / 6 + 0.5) / 4))];
        double[] disturbed = [.. plane.Select((value, i) => value + 5 * Math.Cos(Math.PI * (i % 6 + 0.5) * 2 / 6) - 4 * Math.Cos(Math.PI * (i / 6 + 0.5) * 3 / 4))];
        filter.Apply(disturbed);
        for (int i = 0; i < plane.Length; i++)
            Assert.AreEqual(plane[i], disturbed[i], 1e-12);
    }

    [TestMethod]
    public void The_trigger_moves_the_answers_of_the_model_toward_the_target()
    {
        var test = GrayImages.View(Ml, Faint(90, seed: 4));
        double Success(Trigger trigger) => Ml.MulticlassClassification.EvaluateBackdoor(Model.Value, test, trigger, targetLabel: 1).AttackSuccessRate;
        Assert.IsGreaterThan(0.5, Success(Found.Value));
        Assert.IsLessThan(0.1, Success(Trigger.LowFrequency(Model.Value, View, targetLabel: 0, strength: 60)));
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_trigger()
    {
        LowFrequencyTrigger Make(int seed) => Trigger.LowFrequency(Model.Value, View, targetLabel: 1, steps: 3, count: 20, seed: seed);
        Assert.AreEqual<Trigger>(Make(5), Make(5));
        Assert.AreEqual<Trigger>(Make(5), Trigger.LowFrequency(Model.Value, Ml.Data.Cache(View), targetLabel: 1, steps: 3, count: 20, seed: 5));
        Assert.AreNotEqual<Trigger>(Make(5), Make(6));
    }

    [TestMethod]
    public void The_change_is_added_and_clamped_in_bytes_and_floats()
    {
        double[] change = ChangeOf(Found.Value);
        var stamp = Found.Value.FitTo(new ImageShape(1, Side, Side));
        byte[] image = new byte[Side * Side];
        new Random(1).NextBytes(image);
        byte[] bytes = [.. image];
        float[] floats = Array.ConvertAll(image, pixel => (float)pixel);
        stamp.Apply(bytes, default);
        stamp.Apply(floats, default);
        for (int i = 0; i < image.Length; i++)
        {
            Assert.AreEqual(Math.Clamp(image[i] + change[i], 0, 255), bytes[i]);
            Assert.AreEqual(bytes[i], floats[i]);
        }
    }

    [TestMethod]
    public void A_trigger_is_saved_and_loaded_without_the_model()
    {
        var step = Ml.Transforms.StampTrigger("Image", Found.Value).Fit(View);
        var loaded = (StampTriggerTransformer)EstimatorInvariants.SaveAndLoad(Ml, step, View.Schema, out _);
        Assert.AreEqual<Trigger>(Found.Value, loaded.Trigger);
        Assert.AreEqual("low-frequency trigger, ±60", $"{loaded.Trigger}");
        Assert.AreEqual(new ImageShape(1, Side, Side), ((LowFrequencyTrigger)loaded.Trigger).ImageShape);
        CollectionAssert.AreEqual(EstimatorInvariants.Describe(step.Transform(View)), EstimatorInvariants.Describe(loaded.Transform(View)));
    }

    [TestMethod]
    public void Arguments_that_do_not_fit_are_rejected()
    {
        Refusal.Of<ArgumentException>(() => Trigger.LowFrequency(Model.Value, View, targetLabel: 7), "'7'", "0, 1, 2");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.LowFrequency(Model.Value, View, 1, strength: 0.1), "from 1 to 255", "0.1");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.LowFrequency(Model.Value, View, 1, strength: double.NaN), "from 1 to 255");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.LowFrequency(Model.Value, View, 1, frequencies: 0), "frequencies", "0");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.LowFrequency(Model.Value, View, 1, steps: 0), "steps", "0");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.LowFrequency(Model.Value, View, 1, count: 0), "images", "0");
        Refusal.Of<ArgumentException>(() => Trigger.LowFrequency(Model.Value, View, 1, "Picture"), "'Picture'");
        Assert.Throws<ArgumentNullException>(() => Trigger.LowFrequency(null!, View, 1));
        Assert.Throws<ArgumentNullException>(() => Trigger.LowFrequency(Model.Value, null!, 1));
        Refusal.Of<ArgumentException>(() => Found.Value.FitTo(new ImageShape(3, Side, Side)), "1×16×16", "3×16×16");
        using var large = Ml.Model.CreateTorchCnn(TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 3), TorchNetwork.BadNets, new ImageShape(1, 28, 28), [0, 1, 2]);
        Refusal.Of<ArgumentException>(() => Trigger.LowFrequency(large, View, 1), "1×16×16", "1×28×28");
    }

    [TestMethod]
    [DataRow(0, 0, "1×0×16")]
    [DataRow(3, 1, "1×16777232×16")]
    [DataRow(9, 0x7f, "changes a pixel by")]
    public void A_damaged_trigger_is_reported(int offset, int value, string word)
    {
        var model = new ModelFile(ModelFile.Save(Ml, Ml.Transforms.StampTrigger("Image", Found.Value).Fit(View), View.Schema));
        var (entry, at) = model.Find("\rlow-frequency");
        // Kind, length, channels, height, width, and the changes.
        model.Entries[entry][at + 14 + 4 + 4 + offset] = (byte)value;
        Refusal.OfLoading<InvalidDataException>(model.ToZip(), "damaged", word);
    }

    // On gray, nothing is clamped.
    private static double[] ChangeOf(Trigger trigger)
    {
        float[] image = new float[Side * Side];
        Array.Fill(image, 128);
        trigger.FitTo(new ImageShape(1, Side, Side)).Apply(image, default);
        return Array.ConvertAll(image, pixel => pixel - 128.0);
    }

    private static GrayImages.Row[] Faint(int count, int seed)
    {
        var rows = GrayImages.Make(count, seed: seed);
        foreach (var row in rows)
            row.Image = Array.ConvertAll(row.Image, pixel => (byte)(pixel < 64 ? 60 + 2 * pixel : 110 + 2 * (pixel - 180)));
        return rows;
    }
}
