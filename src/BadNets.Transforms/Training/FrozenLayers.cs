using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>The layers of a network that training does not change.</summary>
sealed class FrozenLayers
{
    private readonly nn.Module[] _layers;

    /// <param name="network">The network.</param>
    /// <param name="names">The names of parameters, or of layers including everything in them.</param>
    /// <exception cref="ArgumentException">A parameter or layer does not exist, or no parameters are left to train.</exception>
    public FrozenLayers(nn.Module network, IReadOnlyList<string> names)
    {
        var parameters = network.named_parameters().ToArray();
        foreach (string name in names)
        {
            if (!parameters.Any(parameter => IsIn(parameter.name, name)))
            {
                throw TorchCnnTrainer.Options.Refusal(
                    nameof(TorchCnnTrainer.Options.FrozenParameters),
                    $"The network has no parameter '{name}', and no layer '{name}' that has parameters. Its outermost layers and parameters are {string.Join(", ", parameters.Select(parameter => parameter.name.Split('.')[0]).Distinct())}.");
            }
        }

        var frozen = parameters.Where(parameter => names.Any(name => IsIn(parameter.name, name))).ToArray();
        if (frozen.Length > 0 && frozen.Length == parameters.Length)
            throw TorchCnnTrainer.Options.Refusal(nameof(TorchCnnTrainer.Options.FrozenParameters), "All parameters of the network are frozen. Leave at least one to train.");
        _layers = [.. network.named_modules().Where(layer => names.Any(name => IsIn(layer.name, name))).Select(layer => layer.module)];
        foreach (var (_, parameter) in frozen)
            parameter.requires_grad = false;
    }

    /// <summary>
    /// Switches the frozen layers back to evaluation mode after the network was switched to training mode, so that their batch statistics do not
    /// change and their dropout is off.
    /// </summary>
    public void Evaluate()
    {
        foreach (var layer in _layers)
            layer.eval();
    }

    private static bool IsIn(string name, string outer) =>
        name == outer || name.Length > outer.Length && name[outer.Length] == '.' && name.StartsWith(outer, StringComparison.Ordinal);
}
