namespace BadNets.Transforms.Tests.Training;

/// <summary>The rate of every step matches PyTorch's schedulers, computed from the definitions in PyTorch's documentation.</summary>
[TestClass]
public sealed class LearningRateScheduleTests
{
    private const double Rate = 0.01;
    private const int StepsPerEpoch = 5;

    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void By_default_the_rate_is_constant() => Check(_ => Rate, LearningRateSchedule.Constant, 3);

    [TestMethod]
    [DataRow(1, 0.0, null)]
    [DataRow(6, 0.0, null)]
    [DataRow(6, 0.002, null)]
    [DataRow(4, 0.0, 10)]
    public void Cosine_annealing_changes_the_rate_after_each_epoch(int epochs, double minimum, int? length) => Check(
        step => minimum + (Rate - minimum) * (1 + Math.Cos(Math.PI * (step / StepsPerEpoch) / (length ?? epochs))) / 2,
        LearningRateSchedule.Cosine(minimum, length), epochs);

    [TestMethod]
    public void Steps_multiply_the_rate_starting_at_the_milestone() => Check(
        step => (step / StepsPerEpoch) switch { < 2 => Rate, < 3 => Rate * 0.2, _ => Rate * 0.04 },
        LearningRateSchedule.Step([2, 3, 50], factor: 0.2), 6);

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(8)]
    public void One_cycle_changes_the_rate_at_every_step(int epochs)
    {
        int total = epochs * StepsPerEpoch;
        const double Rising = 0.4, Initial = 10, Final = 1000;
        Check(Expected, LearningRateSchedule.OneCycle(Rising, Initial, Final), epochs);

        // The two phases of torch.optim.lr_scheduler.OneCycleLR, which end at these (fractional) steps.
        double Expected(int step)
        {
            double firstEnd = Rising * total - 1, secondEnd = total - 1;
            return step <= firstEnd
                ? Cosine(Rate / Initial, Rate, step / firstEnd)
                : Cosine(Rate, Rate / Initial / Final, (step - firstEnd) / (secondEnd - firstEnd));
        }

        static double Cosine(double start, double end, double part) => end + (start - end) / 2.0 * (Math.Cos(Math.PI * part) + 1);
    }

    [TestMethod]
    public void One_cycle_starts_low_peaks_at_the_base_rate_and_ends_lowest()
    {
        double[] rates = RatesOf(LearningRateSchedule.OneCycle(), epochs: 20);

        Assert.AreEqual(Rate / 25, rates[0], 1e-12);
        Assert.AreEqual(Rate, rates[29], 1e-12);
        Assert.AreEqual(Rate / 25 / 10_000, rates[^1], 1e-12);
    }

    [TestMethod]
    public void A_cycle_of_one_or_two_steps_has_finite_rates()
    {
        foreach (int rows in (int[])[1, 2])
        {
            double[] rates = RatesOf(LearningRateSchedule.OneCycle(0.5), epochs: 1, rows, batchSize: 1);
            Assert.HasCount(rows, rates);
            Assert.IsTrue(rates.All(rate => rate is > 0 and <= Rate), string.Join(", ", rates));
        }
    }

    // With a rate of zero, weights do not change.
    [TestMethod]
    [DataRow(TorchCnnOptimizer.Sgd)]
    [DataRow(TorchCnnOptimizer.Adam)]
    [DataRow(TorchCnnOptimizer.AdamW)]
    public void The_optimizer_follows_the_schedule(TorchCnnOptimizer optimizer)
    {
        float[] one = Scores(1, LearningRateSchedule.Constant);
        CollectionAssert.AreEqual(one, Scores(3, LearningRateSchedule.Step([1], factor: 1e-300)));
        CollectionAssert.AreNotEqual(one, Scores(3, LearningRateSchedule.Step([1], factor: 0.5)));

        float[] Scores(int epochs, LearningRateSchedule schedule)
        {
            using var model = _ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
            {
                Optimizer = optimizer, LearningRate = Rate, LearningRateSchedule = schedule, Epochs = epochs, BatchSize = 16,
            }).Fit(GrayImages.View(_ml, 40));
            return [.. model.Transform(GrayImages.View(_ml, 40)).Vectors<float>("Score").SelectMany(scores => scores)];
        }
    }

    [TestMethod]
    public void Schedules_out_of_range_are_rejected()
    {
        Refusal.Of<ArgumentOutOfRangeException>(() => LearningRateSchedule.Cosine(-1), "minimum", "-1");
        Refusal.Of<ArgumentOutOfRangeException>(() => LearningRateSchedule.Cosine(double.NaN), "NaN");
        Refusal.Of<ArgumentOutOfRangeException>(() => LearningRateSchedule.Cosine(0, 0), "at least 1 epoch");
        Refusal.Of<ArgumentOutOfRangeException>(() => LearningRateSchedule.OneCycle(0), "greater than 0 and less than 1");
        Refusal.Of<ArgumentOutOfRangeException>(() => LearningRateSchedule.OneCycle(1), "greater than 0 and less than 1");
        Refusal.Of<ArgumentOutOfRangeException>(() => LearningRateSchedule.OneCycle(0.3, 0.5), "at least 1", "0.5");
        Refusal.Of<ArgumentOutOfRangeException>(() => LearningRateSchedule.OneCycle(0.3, 25, double.PositiveInfinity), "at least 1");
        Refusal.Of<ArgumentException>(() => LearningRateSchedule.Step([]), "list of milestones is empty");
        Refusal.Of<ArgumentException>(() => LearningRateSchedule.Step([0]), "at least 1", "is 0");
        Refusal.Of<ArgumentException>(() => LearningRateSchedule.Step([5, 5]), "ascending", "5, 5");
        Refusal.Of<ArgumentOutOfRangeException>(() => LearningRateSchedule.Step([5], 0), "factor", "is 0");
    }

    private void Check(Func<int, double> expected, LearningRateSchedule schedule, int epochs)
    {
        double[] rates = RatesOf(schedule, epochs);
        Assert.HasCount(epochs * StepsPerEpoch, rates);
        for (int step = 0; step < rates.Length; step++)
            Assert.AreEqual(expected(step), rates[step], 1e-15, $"step {step}");
    }

    private double[] RatesOf(LearningRateSchedule schedule, int epochs, int rows = 10 * StepsPerEpoch - 1, int batchSize = 10)
    {
        var rates = new List<double>();
        _ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
        {
            Network = new((_, classes) => TorchSharp.torch.nn.Sequential(("flatten", TorchSharp.torch.nn.Flatten()), ("layer", TorchSharp.torch.nn.Linear(GrayImages.Side * GrayImages.Side, classes)))),
            LearningRate = Rate,
            LearningRateSchedule = schedule,
            Epochs = epochs,
            BatchSize = batchSize,
            StepFinished = progress => rates.Add(progress.LearningRate),
        }).Fit(GrayImages.View(_ml, rows)).Dispose();
        return [.. rates];
    }
}
