namespace BadNets.Transforms;

/// <summary>
/// Computes the loss and the gradients of a network's parameters for batches, like a forward and a backward pass through autograd, but in fewer passes over
/// memory and on any number of threads with the same result.
/// </summary>
interface IBackpropagation : IDisposable
{
    /// <summary>Computes the mean loss of a batch, and sets the gradients of the parameters.</summary>
    /// <param name="images">The normalized images, rows × channels × height × width, contiguous.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="loss">The loss function.</param>
    /// <returns>The mean loss.</returns>
    float Run(ReadOnlySpan<float> images, ReadOnlySpan<long> labels, CrossEntropy loss);
}
