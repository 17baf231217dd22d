namespace BadNets.Transforms;

/// <summary>
/// Computes a 5×5 convolution, ReLU, and 2×2 average pooling of images in one pass, and their gradients. Images are height × width × channels.
/// </summary>
/// <param name="shape">The sizes.</param>
abstract unsafe class PooledConvolutionKernel(ConvolutionShape shape)
{
    public ConvolutionShape Shape => shape;

    /// <summary>The number of floats that <see cref="PackForForward"/> writes.</summary>
    public abstract int ForwardPackSize { get; }

    /// <summary>The number of floats that <see cref="PackForBackward"/> writes.</summary>
    public abstract int BackwardPackSize { get; }

    /// <summary>Whether the gradient of the input can be computed.</summary>
    public abstract bool HasInputGradient { get; }

    /// <summary>Rearranges the weights, which are filter × channel × row × column, for <see cref="Forward"/>.</summary>
    public abstract void PackForForward(float* weight, float* packed);

    /// <summary>Rearranges the weights, which are filter × channel × row × column, for <see cref="Backward"/>.</summary>
    public abstract void PackForBackward(float* weight, float* packed);

    /// <summary>Computes the pooled outputs of images.</summary>
    /// <param name="inputs">The images.</param>
    /// <param name="rows">The number of images.</param>
    /// <param name="packed">The weights from <see cref="PackForForward"/>.</param>
    /// <param name="bias">The bias of each filter.</param>
    /// <param name="outputs">Receives the pooled outputs, height × width × filters for each image.</param>
    /// <param name="masks">Receives <see cref="ConvolutionShape.MaskSize"/> words for each image, or is null if no gradient is needed.</param>
    public abstract void Forward(float* inputs, int rows, float* packed, float* bias, float* outputs, ushort* masks);

    /// <summary>Computes the gradients of images.</summary>
    /// <param name="inputs">The images.</param>
    /// <param name="rows">The number of images.</param>
    /// <param name="packed">The weights from <see cref="PackForBackward"/>.</param>
    /// <param name="outputGradients">The gradient of the pooled outputs.</param>
    /// <param name="masks">The words that <see cref="Forward"/> wrote.</param>
    /// <param name="inputGradients">Receives the gradient of the images, or is null.</param>
    /// <param name="weightGradient">Receives the gradient of the weights summed over the images, row × column × channel × filter.</param>
    /// <param name="biasGradient">Receives the gradient of the bias, summed over the images.</param>
    public abstract void Backward(
        float* inputs, int rows, float* packed, float* outputGradients, ushort* masks, float* inputGradients, float* weightGradient, float* biasGradient);
}
