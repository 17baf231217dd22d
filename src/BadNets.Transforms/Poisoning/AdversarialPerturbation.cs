using Microsoft.ML;

namespace BadNets.Transforms;

/// <summary>
/// An adversarial perturbation of images: a change of at most <see cref="Epsilon"/> in each pixel value that makes a model doubt the label of the
/// image. It is found by projected gradient descent (PGD, Madry et al. 2017, arXiv:1706.06083). The label-consistent attack (Turner et al. 2019,
/// arXiv:1912.02771) perturbs images of the target class before it stamps the trigger, so that a network cannot learn them without the trigger.
/// </summary>
/// <remarks>
/// Instances are immutable. The perturbation uses the model, but does not own or change it.
/// </remarks>
public sealed class AdversarialPerturbation
{
    /// <summary>Creates a perturbation with the default values.</summary>
    /// <param name="model">
    /// The model to perturb images against: trained with <see cref="TorchCnnTrainer"/>, or made from a module of others. It must not be disposed of
    /// before the perturbation has been used. Its images must have the same shape as those to perturb, and its labels must include theirs.
    /// </param>
    public AdversarialPerturbation(TorchCnnTransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
    }

    /// <summary>The model to perturb images against.</summary>
    public TorchCnnTransformer Model { get; }

    /// <summary>
    /// The largest change of a pixel value (the radius ε of the ℓ∞ ball), in pixel values from 0 to 255, from 1 to 255. The default is 16.
    /// </summary>
    public double Epsilon
    {
        get;
        init => field = value is >= 1 and <= 255
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"The perturbation's epsilon must be from 1 to 255 (in pixel values), but is {LabelValue.From(value)}.");
    } = 16;

    /// <summary>
    /// The change of a pixel value in each step, in pixel values from 0 to 255, greater than 0. The default is <see langword="null"/>, which means
    /// 1.5 · <see cref="Epsilon"/> / <see cref="Steps"/>.
    /// </summary>
    public double? StepSize
    {
        get;
        init => field = value is null || value > 0 && float.IsFinite((float)value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"The perturbation's step size must be greater than 0 (in pixel values), but is {LabelValue.From(value.Value)}.");
    }

    /// <summary>
    /// The number of steps, at least 1. Each step takes as long as training on the images once. The default is 100.
    /// </summary>
    public int Steps
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"The perturbation's number of steps must be at least 1, but is {value}.");
    } = 100;

    /// <summary>
    /// The seed of the random starts. Together with the ID of a row, it determines where in the ℓ∞ ball the first step of the row begins. The default
    /// is <see langword="null"/>, which means the seed of <see cref="PlantBackdoorEstimator"/> or, outside of it, of the <see cref="MLContext"/>.
    /// </summary>
    public int? Seed { get; init; }
}
