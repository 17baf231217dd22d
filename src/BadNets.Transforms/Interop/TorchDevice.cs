using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Finds the device that a user names.</summary>
static class TorchDevice
{
    /// <param name="name">For example <c>cpu</c>, <c>cuda</c>, or <c>cuda:1</c>.</param>
    /// <param name="parameter">The parameter or option that names it.</param>
    /// <exception cref="ArgumentException">There is no such device, or it is not available; the message says what is missing.</exception>
    public static Device Find(string name, string parameter)
    {
        bool isCuda = name == "cuda" || name.StartsWith("cuda:", StringComparison.Ordinal);
        if (!isCuda && name != "cpu")
            throw new ArgumentException($"There is no device '{name}'; use cpu, cuda, or cuda:N.", parameter);
        if (!isCuda)
            return CPU;
        if (!cuda_is_available())
            throw new ArgumentException($"Device '{name}' is not available: this program has no CUDA build of libtorch (a TorchSharp-cuda package), or this machine has no CUDA device; use cpu.", parameter);
        int index = 0;
        if (name.Length > 4 && !int.TryParse(name.AsSpan(5), out index) || index < 0 || index >= cuda.device_count())
            throw new ArgumentException($"There is no device '{name}'; this machine has {cuda.device_count()} CUDA devices.", parameter);
        return device(DeviceType.CUDA, index);
    }
}
