using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Computes in which direction pixels must change so that the loss of a model grows.</summary>
static class PixelGradient
{
    /// <summary>Computes the gradient of the sum of the cross-entropies of a batch with respect to the raw pixels.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pixels">The raw pixels, rows × channels × height × width.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="gradient">Receives the gradient, which is as long as the pixels.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    /// <exception cref="InvalidOperationException">The network fails.</exception>
    public static void Compute(TorchCnnTransformer model, float[] pixels, long[] labels, Span<float> gradient)
    {
        var shape = model.ImageShape;
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var images = tensor(pixels, [labels.Length, shape.Channels, shape.Height, shape.Width]);
        images.requires_grad = true;
        var logits = model.ComputeLogits(images);
        nn.functional.cross_entropy(logits, tensor(labels, device: logits.device), reduction: nn.Reduction.Sum).backward();
        MemoryMarshal.Cast<byte, float>(images.grad!.contiguous().bytes).CopyTo(gradient);
    }
}
