using System.Globalization;

namespace BadNets.Transforms;

/// <summary>
/// A learning rate schedule: the learning rate as a function of the base rate (<see cref="TorchCnnTrainer.Options.LearningRate"/>) and of the
/// progress of training. The schedules give the same rates as the PyTorch schedulers that they are named after. Instances are immutable.
/// </summary>
public sealed class LearningRateSchedule
{
    private readonly string _text;
    private readonly Func<double, Place, double> _rateAt;
    private readonly bool _dependsOnLength;
    private readonly double _minimum;
    private readonly int? _length;

    private LearningRateSchedule(
        string text, Func<double, Place, double> rateAt, bool dependsOnLength = false, double minimum = 0, int? length = null)
    {
        _text = text;
        _rateAt = rateAt;
        _dependsOnLength = dependsOnLength;
        _minimum = minimum;
        _length = length;
    }

    /// <summary>The schedule that uses the base rate throughout training.</summary>
    public static LearningRateSchedule Constant { get; } = new("constant", (rate, _) => rate);

    /// <summary>
    /// Creates a schedule for cosine annealing without restarts (Loshchilov and Hutter 2017, SGDR). The rate changes once per epoch, as in
    /// BackdoorBench: <c>minimum + (base - minimum) · (1 + cos(π · epoch / epochs)) / 2</c>, with the epoch from 0. These are the rates of PyTorch's
    /// <c>CosineAnnealingLR</c>. The first epoch has the base rate. The epoch after the last one would have the minimum rate.
    /// </summary>
    /// <param name="minimum">The minimum rate, at least 0 and at most the base rate. The default is 0.</param>
    /// <param name="epochs">
    /// The length of the schedule in epochs (PyTorch's <c>T_max</c>), at least the number of training epochs. The default, <see langword="null"/>, is
    /// the number of training epochs. Set it to train part of a longer schedule and resume later.
    /// </param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="minimum"/> is negative or not finite, or <paramref name="epochs"/> is less than 1.
    /// </exception>
    public static LearningRateSchedule Cosine(double minimum = 0, int? epochs = null)
    {
        if (!(minimum >= 0) || !double.IsFinite(minimum))
            throw new ArgumentOutOfRangeException(nameof(minimum), $"The minimum learning rate must be at least 0, but is {LabelValue.From(minimum)}.");
        if (epochs < 1)
            throw new ArgumentOutOfRangeException(nameof(epochs), $"The length of the cosine schedule must be at least 1 epoch, but is {epochs}.");
        return new(Text($"cosine, minimum {minimum}"), RateAt, dependsOnLength: true, minimum, epochs);

        double RateAt(double rate, Place place) => Cosine(rate, minimum, (double)place.Epoch / place.Epochs);
    }

    /// <summary>
    /// Creates a schedule for the one-cycle policy (Smith and Topin 2018). The rate changes at every step: it rises from <c>base / initialDivisor</c>
    /// to the base rate, and then falls to <c>base / initialDivisor / finalDivisor</c> in the last step of the last epoch, both along half a cosine.
    /// These are the rates of PyTorch's <c>OneCycleLR</c> with <c>cycle_momentum=False</c>. The momentum stays constant.
    /// </summary>
    /// <param name="risingFraction">The fraction of all steps in which the rate rises, greater than 0 and less than 1. The default is 0.3.</param>
    /// <param name="initialDivisor">The ratio of the base rate to the first rate, at least 1. The default is 25.</param>
    /// <param name="finalDivisor">The ratio of the first rate to the last rate, at least 1. The default is 10,000.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static LearningRateSchedule OneCycle(double risingFraction = 0.3, double initialDivisor = 25, double finalDivisor = 10_000)
    {
        if (!(risingFraction is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(risingFraction), $"The fraction of rising steps must be greater than 0 and less than 1, but is {LabelValue.From(risingFraction)}.");
        if (!(initialDivisor >= 1) || !double.IsFinite(initialDivisor))
            throw new ArgumentOutOfRangeException(nameof(initialDivisor), $"The initial divisor must be at least 1, but is {LabelValue.From(initialDivisor)}.");
        if (!(finalDivisor >= 1) || !double.IsFinite(finalDivisor))
            throw new ArgumentOutOfRangeException(nameof(finalDivisor), $"The final divisor must be at least 1, but is {LabelValue.From(finalDivisor)}.");
        return new(Text($"one cycle, rising {risingFraction}, divisors {initialDivisor} and {finalDivisor}"), RateAt, dependsOnLength: true);

        double RateAt(double rate, Place place)
        {
            double first = rate / initialDivisor, last = place.StepCount - 1, peak = risingFraction * place.StepCount - 1;
            return place.Step > peak
                ? Cosine(rate, first / finalDivisor, (place.Step - peak) / (last - peak))
                : Cosine(first, rate, peak > 0 ? place.Step / peak : 1);
        }
    }

    /// <summary>
    /// Creates a schedule that multiplies the rate by a factor at each milestone. These are the rates of PyTorch's <c>MultiStepLR</c>.
    /// </summary>
    /// <param name="milestones">The epochs at which the rate changes, counted from 0, at least 1 and in ascending order.</param>
    /// <param name="factor">The factor, greater than 0. The default is 0.1.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentException">There are no milestones, or they are not in ascending order.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The first milestone is less than 1, or <paramref name="factor"/> is not greater than 0 or not finite.
    /// </exception>
    public static LearningRateSchedule Step(IReadOnlyList<int> milestones, double factor = 0.1)
    {
        ArgumentNullException.ThrowIfNull(milestones);
        int[] copy = [.. milestones];
        if (copy.Length == 0)
            throw new ArgumentException("The list of milestones is empty. Pass at least one epoch.", nameof(milestones));
        if (copy[0] < 1)
            throw new ArgumentOutOfRangeException(nameof(milestones), $"Milestones must be at least 1, but the first one is {copy[0]}.");
        if (copy.Zip(copy.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new ArgumentException($"The milestones must be in ascending order, but are {string.Join(", ", copy)}.", nameof(milestones));
        if (!(factor > 0) || !double.IsFinite(factor))
            throw new ArgumentOutOfRangeException(nameof(factor), $"The factor must be greater than 0, but is {LabelValue.From(factor)}.");
        return new(Text($"step at {string.Join(", ", copy)}, factor {factor}"), RateAt);

        double RateAt(double rate, Place place) => rate * Math.Pow(factor, copy.Count(milestone => milestone <= place.Epoch));
    }

    /// <summary>Returns a short description, for example <c>cosine, minimum 0</c> or <c>step at 60, 80, factor 0.1</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString() => _text;

    /// <summary>Returns the learning rate of a step.</summary>
    /// <param name="rate">The base rate.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="step">The step within the epoch, from 0.</param>
    /// <param name="epochs">The number of epochs.</param>
    /// <param name="stepsPerEpoch">The number of steps per epoch.</param>
    internal double RateAt(double rate, int epoch, int step, int epochs, int stepsPerEpoch) => _rateAt(rate, new(epoch, step, _length ?? epochs, stepsPerEpoch));

    /// <summary>Describes everything that determines the rates, except the base rate and the number of rows.</summary>
    internal string Describe(int epochs) => _dependsOnLength ? $"{_text}, over {_length ?? epochs} epochs" : _text;

    /// <summary>Returns the reason why a training run cannot use the schedule, or null if it can.</summary>
    internal string? FindMistake(double rate, int epochs)
    {
        if (_minimum > rate)
            return Text($"The minimum learning rate of the cosine schedule must be at most the learning rate {rate}, but is {_minimum}.");
        return _length < epochs ? $"The cosine schedule ends after {_length} epochs, but the training run has {epochs}. Make the schedule at least as long as the training run." : null;
    }

    private static double Cosine(double start, double end, double fraction) => end + (start - end) * (1 + Math.Cos(Math.PI * fraction)) / 2;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Place(int Epoch, int StepOfEpoch, int Epochs, int StepsPerEpoch)
    {
        public double Step => (double)Epoch * StepsPerEpoch + StepOfEpoch;

        public double StepCount => (double)Epochs * StepsPerEpoch;
    }
}
