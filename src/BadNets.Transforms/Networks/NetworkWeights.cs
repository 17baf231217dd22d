using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Compares and copies the named tensors (parameters and buffers) of modules.</summary>
static class NetworkWeights
{
    /// <summary>Copies all tensors from one module to another module with the same architecture.</summary>
    public static void Copy(nn.Module from, nn.Module to)
    {
        using var noGradients = no_grad();
        var tensors = to.state_dict();
        foreach (var (name, tensor) in from.state_dict())
        {
            tensors[name].copy_(tensor);
            GC.KeepAlive(tensor);
        }

        GC.KeepAlive(from);
        GC.KeepAlive(to);
    }

    /// <summary>Rejects a module whose tensors differ in name, type, or shape from those of an architecture.</summary>
    /// <exception cref="ArgumentException">A tensor differs.</exception>
    public static void CheckSame(TorchNetwork network, nn.Module expected, nn.Module module)
    {
        var tensors = module.state_dict();
        foreach (var (name, tensor) in expected.state_dict())
        {
            if (!tensors.Remove(name, out var found))
                throw new ArgumentException($"The module is not a {Describe(network)}: it has no tensor '{name}'.", nameof(module));
            if (found.dtype != tensor.dtype || !found.shape.AsSpan().SequenceEqual(tensor.shape))
            {
                throw new ArgumentException(
                    $"The module is not a {Describe(network)}: its tensor '{name}' has type {found.dtype} and shape {string.Join('×', found.shape)} instead of type {tensor.dtype} and shape {string.Join('×', tensor.shape)}.",
                    nameof(module));
            }
        }

        if (tensors.Count > 0)
            throw new ArgumentException($"The module is not a {Describe(network)}: it has a tensor '{tensors.Keys.First()}' that the network does not have.", nameof(module));
    }

    private static string Describe(TorchNetwork network) => network.Name is { } name ? $"network '{name}'" : "network of this kind";
}
