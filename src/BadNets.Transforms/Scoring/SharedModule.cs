using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>A module that several transformers score with. The last one that releases it disposes of it.</summary>
sealed class SharedModule
{
    private int _users = 1;

    /// <param name="module">The module. It is switched to evaluation mode.</param>
    /// <param name="device">Where its weights are.</param>
    public SharedModule(nn.Module<Tensor, Tensor> module, Device device)
    {
        Module = module;
        Device = device;
        module.eval();
        LastLayer.Attach(module);
    }

    /// <summary>A module that is not trained: calling it computes gradients of its inputs, but none of its parameters.</summary>
    public static SharedModule ForScoring(nn.Module<Tensor, Tensor> module, Device device)
    {
        foreach (var parameter in module.parameters())
            parameter.requires_grad = false;
        return new SharedModule(module, device);
    }

    public nn.Module<Tensor, Tensor> Module { get; }

    public Device Device { get; private set; }

    public SharedModule Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            Module.Dispose();
    }

    public void MoveTo(Device device)
    {
        Module.to(device);
        Device = device;
    }
}
