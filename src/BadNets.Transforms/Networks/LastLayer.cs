using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Records the input of the last layer of a network. The last layer is the last <see cref="Linear"/> layer with one output per class that a forward
/// pass calls with <c>call</c> or notes with <see cref="Note"/>.
/// </summary>
/// <remarks>
/// The hooks are registered once, before the module is used, because registering them while another thread calls the module would break that call.
/// They record only calls on the current thread, so several threads can use the module.
/// </remarks>
static class LastLayer
{
    [ThreadStatic]
    private static Watch? current;

    /// <summary>Registers the hooks.</summary>
    public static void Attach(nn.Module<Tensor, Tensor> network)
    {
        foreach (var layer in network.modules().Append(network).OfType<Linear>().Distinct())
            layer.register_forward_pre_hook(Note);
    }

    /// <summary>Calls a network that has hooks, and records its last layer.</summary>
    /// <param name="classCount">The number of outputs of the layer to watch.</param>
    /// <param name="call">Calls the network.</param>
    /// <returns>
    /// The outputs of the network, and the last layer and its input, rows × features, or null if no such layer was called. The outputs are computed
    /// from this same tensor, so gradients with respect to it can be computed. Both tensors belong to the caller's scope.
    /// </returns>
    public static (Tensor Outputs, Linear? Layer, Tensor? Features) Call(int classCount, Func<Tensor> call)
    {
        var outer = current;
        var watch = current = new Watch(classCount);
        try
        {
            using var scope = NewDisposeScope();
            var outputs = call();
            if (watch.Layer is null)
                return (outputs.MoveToOuterDisposeScope(), null, null);
            scope.Attach(watch.Input!);
            return (outputs.MoveToOuterDisposeScope(), watch.Layer, watch.Input!.flatten(1).MoveToOuterDisposeScope());
        }
        catch
        {
            watch.Input?.Dispose();
            throw;
        }
        finally
        {
            current = outer;
        }
    }

    /// <summary>Records the input of a layer, for networks that compute the layer without <c>call</c>.</summary>
    /// <returns>The tensor to compute the layer from.</returns>
    public static Tensor Note(nn.Module<Tensor, Tensor> layer, Tensor input)
    {
        if (current is not { } watch || layer is not Linear linear || linear.out_features != watch.ClassCount)
            return input;
        // A separate reference, because the network might dispose of its own.
        var noted = input.alias().DetachFromDisposeScope();
        GC.KeepAlive(input);
        watch.Input?.Dispose();
        watch.Layer = linear;
        return watch.Input = noted;
    }

    private sealed class Watch(int classCount)
    {
        public int ClassCount => classCount;

        public Linear? Layer { get; set; }

        public Tensor? Input { get; set; }
    }
}
