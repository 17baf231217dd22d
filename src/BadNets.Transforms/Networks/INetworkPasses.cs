namespace BadNets.Transforms;

/// <summary>
/// Computes the forward and backward pass of a network without autograd, in fewer passes over memory, and on any number of threads with the same result.
/// </summary>
interface INetworkPasses : IDisposable
{
    /// <summary>Computes the outputs of a batch.</summary>
    /// <param name="images">The normalized images, rows × channels × height × width.</param>
    /// <param name="rows">The number of images.</param>
    /// <returns>The outputs, rows × classes. They are valid until the next call, or until this object is disposed of.</returns>
    ReadOnlySpan<float> Forward(ReadOnlySpan<float> images, int rows);

    /// <summary>Computes the mean loss of a batch, and sets the gradients of the parameters.</summary>
    /// <param name="images">The normalized images, rows × channels × height × width.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="loss">The loss function.</param>
    /// <returns>The mean loss.</returns>
    float Backpropagate(ReadOnlySpan<float> images, ReadOnlySpan<long> labels, CrossEntropy loss);
}
