using System.Globalization;

namespace BadNets.Transforms;

/// <summary>
/// How the learning rate changes during training: a function of the base rate (<see cref="TorchCnnTrainer.Options.LearningRate"/>) and of how far
/// training has come. Immutable. The schedules give the rates of PyTorch's schedulers of the same name.
/// </summary>
public abstract class LearningRateSchedule
{
    private LearningRateSchedule()
    {
    }

    /// <summary>The base rate throughout.</summary>
    public static LearningRateSchedule Constant { get; } = new ConstantSchedule();

    /// <summary>
    /// Cosine annealing without restarts (Loshchilov and Hutter 2017, SGDR), set once per epoch as BackdoorBench does:
    /// <c>minimum + (base - minimum) · (1 + cos(π · epoch / epochs)) / 2</c>, with the epoch from 0. These are the rates of PyTorch's
    /// <c>CosineAnnealingLR</c>. The first epoch has the base rate; the minimum would be reached in the epoch after the last.
    /// </summary>
    /// <param name="minimum">The rate that the cosine falls to, at least 0 and at most the base rate; 0 by default.</param>
    /// <param name="epochs">
    /// The length of the fall in epochs (PyTorch's <c>T_max</c>), at least the number of epochs. Null, the default: the number of epochs. Set it to
    /// train a part of a longer schedule and to resume later.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The minimum is negative or not finite, or there is less than one epoch.</exception>
    public static LearningRateSchedule Cosine(double minimum = 0, int? epochs = null)
    {
        if (!(minimum >= 0) || !double.IsFinite(minimum))
            throw new ArgumentOutOfRangeException(nameof(minimum), $"The minimum rate must be at least 0, but is {LabelValue.From(minimum)}.");
        if (epochs < 1)
            throw new ArgumentOutOfRangeException(nameof(epochs), $"The cosine must have at least one epoch, but has {epochs}.");
        return new CosineSchedule(minimum, epochs);
    }

    /// <summary>
    /// The one-cycle policy (Smith and Topin 2018), set at every step: the rate rises from <c>base / initialDivisor</c> to the base rate, then falls
    /// to <c>base / initialDivisor / finalDivisor</c> in the last step of the last epoch, each along half a cosine. These are the rates of PyTorch's
    /// <c>OneCycleLR</c> with <c>cycle_momentum=False</c>: the momentum stays constant.
    /// </summary>
    /// <param name="risingFraction">The fraction of all steps in which the rate rises, above 0 and below 1; 0.3 by default.</param>
    /// <param name="initialDivisor">The base rate divided by the first rate, at least 1; 25 by default.</param>
    /// <param name="finalDivisor">The first rate divided by the last one, at least 1; 10,000 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static LearningRateSchedule OneCycle(double risingFraction = 0.3, double initialDivisor = 25, double finalDivisor = 10_000)
    {
        if (!(risingFraction is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(risingFraction), $"The fraction of rising steps must be above 0 and below 1, but is {LabelValue.From(risingFraction)}.");
        if (!(initialDivisor >= 1) || !double.IsFinite(initialDivisor))
            throw new ArgumentOutOfRangeException(nameof(initialDivisor), $"The divisor must be at least 1, but is {LabelValue.From(initialDivisor)}.");
        if (!(finalDivisor >= 1) || !double.IsFinite(finalDivisor))
            throw new ArgumentOutOfRangeException(nameof(finalDivisor), $"The divisor must be at least 1, but is {LabelValue.From(finalDivisor)}.");
        return new OneCycleSchedule(risingFraction, initialDivisor, finalDivisor);
    }

    /// <summary>The base rate, multiplied by a factor at each milestone. These are the rates of PyTorch's <c>MultiStepLR</c>.</summary>
    /// <param name="milestones">The first epochs with a new rate, counted from 0, each at least 1 and in ascending order.</param>
    /// <param name="factor">The factor, above 0; 0.1 by default.</param>
    /// <exception cref="ArgumentException">There are no milestones, or they are not in ascending order.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The first milestone is below 1, or the factor is not above 0.</exception>
    public static LearningRateSchedule Step(IReadOnlyList<int> milestones, double factor = 0.1)
    {
        ArgumentNullException.ThrowIfNull(milestones);
        int[] copy = [.. milestones];
        if (copy.Length == 0)
            throw new ArgumentException("A step schedule needs at least one milestone.", nameof(milestones));
        if (copy[0] < 1)
            throw new ArgumentOutOfRangeException(nameof(milestones), $"A milestone must be at least 1, but the first one is {copy[0]}.");
        if (copy.Zip(copy.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new ArgumentException($"The milestones must be in ascending order, but are {string.Join(", ", copy)}.", nameof(milestones));
        if (!(factor > 0) || !double.IsFinite(factor))
            throw new ArgumentOutOfRangeException(nameof(factor), $"The factor must be above 0, but is {LabelValue.From(factor)}.");
        return new StepSchedule(copy, factor);
    }

    /// <summary>The rate of a step.</summary>
    /// <param name="rate">The base rate.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="step">The step in the epoch, from 0.</param>
    /// <param name="epochs">The number of epochs.</param>
    /// <param name="stepsPerEpoch">The number of steps of an epoch.</param>
    internal abstract double RateAt(double rate, int epoch, int step, int epochs, int stepsPerEpoch);

    /// <summary>What decides the rates besides the base rate and the number of rows, or null if nothing does.</summary>
    internal abstract string? Describe(int epochs);

    /// <summary>Why a training run cannot use the schedule, or null.</summary>
    internal virtual string? FindMistake(double rate, int epochs) => null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class ConstantSchedule : LearningRateSchedule
    {
        internal override double RateAt(double rate, int epoch, int step, int epochs, int stepsPerEpoch) => rate;

        internal override string? Describe(int epochs) => null;

        public override string ToString() => "constant";
    }

    private sealed class CosineSchedule(double minimum, int? length) : LearningRateSchedule
    {
        internal override double RateAt(double rate, int epoch, int step, int epochs, int stepsPerEpoch) =>
            minimum + (rate - minimum) * (1 + Math.Cos(Math.PI * epoch / (length ?? epochs))) / 2;

        internal override string? Describe(int epochs) => Text($"cosine over {length ?? epochs} epochs, minimum {minimum}");

        internal override string? FindMistake(double rate, int epochs)
        {
            if (minimum > rate)
                return Text($"The cosine schedule's minimum must be at most the learning rate {rate}, but is {minimum}.");
            return length < epochs ? $"The cosine schedule ends after {length} epochs, before the {epochs} epochs of the training run; make it at least as long." : null;
        }

        public override string ToString() => Text($"cosine, minimum {minimum}") + (length is { } epochs ? $", over {epochs} epochs" : "");
    }

    private sealed class OneCycleSchedule(double risingFraction, double initialDivisor, double finalDivisor) : LearningRateSchedule
    {
        internal override double RateAt(double rate, int epoch, int step, int epochs, int stepsPerEpoch)
        {
            double last = (double)epochs * stepsPerEpoch - 1;
            double peak = risingFraction * (last + 1) - 1;
            double at = (double)epoch * stepsPerEpoch + step;
            double first = rate / initialDivisor;
            return at <= peak ? Between(first, rate, peak > 0 ? at / peak : 1) : Between(rate, first / finalDivisor, (at - peak) / (last - peak));
        }

        internal override string? Describe(int epochs) => Text($"{this}, over {epochs} epochs");

        public override string ToString() => Text($"one cycle, rising {risingFraction}, divisors {initialDivisor} and {finalDivisor}");

        private static double Between(double start, double end, double fraction) => end + (start - end) / 2 * (1 + Math.Cos(Math.PI * fraction));
    }

    private sealed class StepSchedule(int[] milestones, double factor) : LearningRateSchedule
    {
        internal override double RateAt(double rate, int epoch, int step, int epochs, int stepsPerEpoch) =>
            rate * Math.Pow(factor, milestones.Count(milestone => milestone <= epoch));

        internal override string? Describe(int epochs) => ToString();

        public override string ToString() => Text($"step at {string.Join(", ", milestones)}, factor {factor}");
    }
}
