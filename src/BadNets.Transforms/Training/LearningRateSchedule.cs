using System.Globalization;

namespace BadNets.Transforms;

/// <summary>
/// How the learning rate changes during training: a function of the base rate (<see cref="TorchCnnTrainer.Options.LearningRate"/>) and of how far
/// training has come. Immutable. The schedules give the rates of PyTorch's schedulers of the same name.
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

    /// <summary>The base rate throughout.</summary>
    public static LearningRateSchedule Constant { get; } = new("constant", (rate, _) => rate);

    /// <summary>
    /// Cosine annealing without restarts (Loshchilov and Hutter 2017, SGDR), set once per epoch as BackdoorBench does:
    /// <c>minimum + (base - minimum) · (1 + cos(π · epoch / epochs)) / 2</c>, with the epoch from 0. These are the rates of PyTorch's
    /// <c>CosineAnnealingLR</c>. The first epoch has the base rate; the minimum would be reached in the epoch after the last one.
    /// </summary>
    /// <param name="minimum">The rate that the cosine falls to, at least 0 and at most the base rate; 0 by default.</param>
    /// <param name="epochs">
    /// The length of the decrease in epochs (PyTorch's <c>T_max</c>), at least the number of epochs. Null, the default: the number of epochs. Set it to
    /// train part of a longer schedule and resume later.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The minimum is negative or not finite, or there is less than one epoch.</exception>
    public static LearningRateSchedule Cosine(double minimum = 0, int? epochs = null)
    {
        if (!(minimum >= 0) || !double.IsFinite(minimum))
            throw new ArgumentOutOfRangeException(nameof(minimum), $"The minimum rate must be at least 0, but is {LabelValue.From(minimum)}.");
        if (epochs < 1)
            throw new ArgumentOutOfRangeException(nameof(epochs), $"The cosine must have at least one epoch, but has {epochs}.");
        return new(Text($"cosine, minimum {minimum}"), RateAt, dependsOnLength: true, minimum, epochs);

        double RateAt(double rate, Place place) => Cosine(rate, minimum, (double)place.Epoch / place.Epochs);
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
        return new(Text($"one cycle, rising {risingFraction}, divisors {initialDivisor} and {finalDivisor}"), RateAt, dependsOnLength: true);

        double RateAt(double rate, Place place)
        {
            double first = rate / initialDivisor, last = place.StepCount - 1, peak = risingFraction * place.StepCount - 1;
            return place.Step > peak
                ? Cosine(rate, first / finalDivisor, (place.Step - peak) / (last - peak))
                : Cosine(first, rate, peak > 0 ? place.Step / peak : 1);
        }
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
        return new(Text($"step at {string.Join(", ", copy)}, factor {factor}"), RateAt);

        double RateAt(double rate, Place place) => rate * Math.Pow(factor, copy.Count(milestone => milestone <= place.Epoch));
    }

    /// <summary>For example <c>cosine, minimum 0</c> or <c>step at 60, 80, factor 0.1</c>, in every culture.</summary>
    public override string ToString() => _text;

    /// <summary>The rate of a step.</summary>
    /// <param name="rate">The base rate.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="step">The step in the epoch, from 0.</param>
    /// <param name="epochs">The number of epochs.</param>
    /// <param name="stepsPerEpoch">The number of steps of an epoch.</param>
    internal double RateAt(double rate, int epoch, int step, int epochs, int stepsPerEpoch) => _rateAt(rate, new(epoch, step, _length ?? epochs, stepsPerEpoch));

    /// <summary>Everything that determines the rates, except the base rate and the number of rows.</summary>
    internal string Describe(int epochs) => _dependsOnLength ? $"{_text}, over {_length ?? epochs} epochs" : _text;

    /// <summary>Why a training run cannot use the schedule, or null.</summary>
    internal string? FindMistake(double rate, int epochs)
    {
        if (_minimum > rate)
            return Text($"The cosine schedule's minimum must be at most the learning rate {rate}, but is {_minimum}.");
        return _length < epochs ? $"The cosine schedule ends after {_length} epochs, before the {epochs} epochs of the training run; make it at least as long." : null;
    }

    private static double Cosine(double start, double end, double fraction) => end + (start - end) * (1 + Math.Cos(Math.PI * fraction)) / 2;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Place(int Epoch, int StepOfEpoch, int Epochs, int StepsPerEpoch)
    {
        public double Step => (double)Epoch * StepsPerEpoch + StepOfEpoch;

        public double StepCount => (double)Epochs * StepsPerEpoch;
    }
}
