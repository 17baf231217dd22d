using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>A module that several transformers share. It is disposed of when the last transformer releases it.</summary>
sealed class SharedModule
{
    private int _users = 1;

    /// <param name="module">The module. It is switched to evaluation mode.</param>
    /// <param name="device">The device of its weights.</param>
    public SharedModule(nn.Module<Tensor, Tensor> module, Device device)
    {
        Module = module;
        Device = device;
        module.eval();
        LastLayer.Attach(module);
    }

    /// <summary>Shares a module that is not trained. Calling it computes gradients for its inputs, but not for its parameters.</summary>
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
