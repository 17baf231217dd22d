using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Finds a device by its name.</summary>
static class TorchDevice
{
    /// <param name="name">For example <c>cpu</c>, <c>cuda</c>, or <c>cuda:1</c>.</param>
    /// <param name="parameter">The name of the parameter or option that specifies the device, for error messages.</param>
    /// <exception cref="ArgumentException">The device does not exist or is not available. The message states what is missing.</exception>
    public static Device Find(string name, string parameter)
    {
        bool isCuda = name == "cuda" || name.StartsWith("cuda:", StringComparison.Ordinal);
        if (!isCuda && name != "cpu")
            throw new ArgumentException($"Unknown device '{name}'. Expected 'cpu', 'cuda', or 'cuda:N'.", parameter);
        if (!isCuda)
            return CPU;
        if (!cuda_is_available())
            throw new ArgumentException($"Device '{name}' is not available: the program has no CUDA build of libtorch (from a TorchSharp-cuda package), or the machine has no CUDA device. Use 'cpu'.", parameter);
        int index = 0;
        if (name.Length > 4 && !int.TryParse(name.AsSpan(5), out index) || index < 0 || index >= cuda.device_count())
            throw new ArgumentException($"Unknown device '{name}'. The number of CUDA devices on this machine is {cuda.device_count()}.", parameter);
        return device(DeviceType.CUDA, index);
    }
}
