using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Finds the layer in which a network fails by calling the network again with hooks on its layers.</summary>
static class FailingLayer
{
    /// <returns>
    /// For example <c>layer 'fc1' (Linear), given 64×100,</c>, or null if the network does not fail in a layer that it calls with <c>call</c>.
    /// </returns>
    public static string? Find(nn.Module<Tensor, Tensor> network, Tensor images)
    {
        var entered = new Stack<string>();
        var removals = new List<Action>();
        foreach (var (name, module) in network.named_modules())
        {
            if (module is not nn.Module<Tensor, Tensor> layer)
                continue;
            removals.Add(layer.register_forward_pre_hook((_, input) =>
            {
                entered.Push($"layer '{name}' ({layer.GetType().Name}), given {string.Join('×', input.shape)},");
                return null!;
            }).remove);
            removals.Add(layer.register_forward_hook((_, _, _) =>
            {
                entered.Pop();
                return null!;
            }).remove);
        }

        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        try
        {
            network.call(images);
            return null;
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or OperationCanceledException))
        {
            // The caller already has the exception.
            return entered.TryPeek(out string? last) ? last : null;
        }
        finally
        {
            removals.ForEach(remove => remove());
        }
    }
}
