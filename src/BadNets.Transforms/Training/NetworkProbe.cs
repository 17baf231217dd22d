using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Runs a network on the first images before training, so that a network that does not fit them is rejected with a clear error.</summary>
static class NetworkProbe
{
    /// <summary>Runs the network. Its weights, its buffers, and libtorch's random number stream do not change.</summary>
    /// <exception cref="InvalidOperationException">The network fails, or its outputs have the wrong shape or type.</exception>
    public static void Run(
        IChannel channel, TorchNetwork definition, nn.Module<Tensor, Tensor> network, int classCount, LabeledImages training, BatchTensors batch)
    {
        long[] rows = Math.Min(training.Count, batch.Capacity) > 1 ? [0, 1] : [0];
        training.Read(rows, batch.Inputs(rows.Length), batch.Labels(rows.Length));
        network.eval();
        float[] outputs = TorchNetwork.KeepRandomState(() =>
        {
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            var plain = definition.Call(network, batch.InputTensor(rows.Length), classCount).cpu().contiguous();
            return MemoryMarshal.Cast<byte, float>(plain.bytes).ToArray();
        });
        if (classCount > 1 && outputs.Chunk(classCount).All(IsDistribution))
        {
            channel.Warning(
                $"{definition.Title} seems to end in a softmax: its outputs are between 0 and 1 and add up to 1. Remove the softmax, because the loss and the scores apply their own. With a second softmax, training is slow, and the scores of all classes are similar.");
        }
    }

    private static bool IsDistribution(float[] values) => values.All(value => value is >= 0 and <= 1) && Math.Abs(values.Sum() - 1) < 1e-4f;
}
