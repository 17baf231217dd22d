namespace BadNets.Benchmarks;

/// <summary>The floating-point operations of a layer for one row.</summary>
/// <param name="Forward">In the forward pass.</param>
/// <param name="HasInputGradient">Whether the backward pass computes the gradient of the layer's input besides the gradient of its weights.</param>
readonly record struct LayerWork(double Forward, bool HasInputGradient = true)
{
    public double Backward => HasInputGradient ? 2 * Forward : Forward;
}
