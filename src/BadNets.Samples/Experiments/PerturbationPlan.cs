using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>
/// The perturbation of poisoned images before they are stamped, for the label-consistent attack. The images are perturbed against the clean network: the
/// one that is trained with the same recipe and seed on the same data without the attack.
/// </summary>
/// <param name="Epsilon">The largest change of a pixel value, from 1 to 255, or null for the default.</param>
/// <param name="StepSize">The change of a pixel value in each step, or null for the default.</param>
/// <param name="Steps">The number of steps, or null for the default.</param>
sealed record PerturbationPlan(double? Epsilon = null, double? StepSize = null, int? Steps = null)
{
    public double? Epsilon { get; } = Epsilon is null or (>= 1 and <= 255) ? Epsilon
        : throw new UsageException(FormattableString.Invariant($"The perturbation's epsilon must be a number from 1 to 255 (in pixel values), but is '{Epsilon}'."));

    public double? StepSize { get; } = StepSize is null || StepSize > 0 && float.IsFinite((float)StepSize) ? StepSize
        : throw new UsageException(FormattableString.Invariant($"The perturbation's step size must be a number greater than 0 (in pixel values), but is '{StepSize}'."));

    public int? Steps { get; } = Steps is null or >= 1 ? Steps
        : throw new UsageException(FormattableString.Invariant($"The perturbation's number of steps must be a whole number of at least 1, but is '{Steps}'."));

    public AdversarialPerturbation Make(TorchCnnTransformer clean)
    {
        var usual = new AdversarialPerturbation(clean);
        return new AdversarialPerturbation(clean) { Epsilon = Epsilon ?? usual.Epsilon, StepSize = StepSize, Steps = Steps ?? usual.Steps };
    }
}
