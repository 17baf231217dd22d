namespace BadNets.Transforms;

/// <summary>
/// A 3×3 convolution with padding 1 and no bias, and its gradients. Images are height × width × channels. Weights outside of this class are (filter,
/// channel, row, column).
/// </summary>
abstract unsafe class Convolution3x3
{
    /// <summary>How the input lies in its zeros.</summary>
    public abstract PaddedImage Input { get; }

    /// <summary>How the gradient of the output lies in its zeros.</summary>
    public abstract PaddedImage OutputGradient { get; }

    /// <summary>The number of images that the methods process at once at most.</summary>
    public abstract int MostImages { get; }

    /// <summary>The number of floats in packed weights and in a sum of gradients.</summary>
    public abstract int PackedSize { get; }

    /// <summary>The number of floats that the methods need for intermediate results.</summary>
    public abstract int ScratchSize { get; }

    /// <summary>Prepares weights for <see cref="Forward"/>.</summary>
    public abstract void PackForForward(float* weight, float* packed);

    /// <summary>Prepares weights for <see cref="InputGradient"/>.</summary>
    public abstract void PackForInputGradient(float* weight, float* packed);

    /// <summary>Computes the outputs of images.</summary>
    public abstract void Forward(float* paddedInput, int images, float* packed, float* output, float* scratch);

    /// <summary>Computes the gradient of the input of images.</summary>
    public abstract void InputGradient(float* paddedOutputGradient, int images, float* packed, float* inputGradient, float* scratch);

    /// <summary>Computes the contribution of images to the gradient of the weights, and adds it to a sum or sets the sum to it.</summary>
    public abstract void WeightGradient(float* paddedInput, float* paddedOutputGradient, int images, float* sum, bool add, float* scratch);

    /// <summary>Makes the gradient of the weights from the sum over all images.</summary>
    public abstract void UnpackGradient(float* sum, float* weightGradient);
}
