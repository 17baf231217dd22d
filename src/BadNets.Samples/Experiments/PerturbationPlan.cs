using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>
/// The adversarial perturbation of the images of poisoned rows in the label-consistent attack (Turner et al. 2019). It is found with a model that the
/// recipe of the cell trains on the data before they are poisoned.
/// </summary>
/// <param name="Epsilon">The largest change of a pixel, from 1 to 255.</param>
/// <param name="Steps">The number of steps, at least 1.</param>
/// <param name="StepSize">The change of a pixel in each step, greater than 0, or null for 1.5 · epsilon / steps.</param>
/// <param name="ModelEpochs">The number of epochs for which the model is trained, or null for those of the recipe.</param>
sealed record PerturbationPlan(double Epsilon = 16, int Steps = 100, double? StepSize = null, int? ModelEpochs = null)
{
    public double Epsilon { get; } = Epsilon is >= 1 and <= 255 ? Epsilon : throw Wrong("epsilon", "a number from 1 to 255", Epsilon);

    public int Steps { get; } = Steps >= 1 ? Steps : throw Wrong("number of steps", "a whole number of at least 1", Steps);

    public double? StepSize { get; } = StepSize is null or > 0 ? StepSize : throw Wrong("step size", "a number greater than 0", StepSize.Value);

    public int? ModelEpochs { get; } = ModelEpochs is null or >= 1 ? ModelEpochs : throw Wrong("number of epochs for its model", "a whole number of at least 1", ModelEpochs.Value);

    public AdversarialPerturbation Make(TorchCnnTransformer cleanModel) => new(cleanModel) { Epsilon = Epsilon, Steps = Steps, StepSize = StepSize };

    private static UsageException Wrong(string name, string expected, double value) => new(FormattableString.Invariant($"The {name} of the perturbation must be {expected}, but is '{value}'."));
}
