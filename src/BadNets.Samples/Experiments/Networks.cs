using System.Globalization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The networks that recipes can use.</summary>
static class Networks
{
    public const string BadNets = "badnets";
    public const string ResNet20 = ResNet + "20";
    private const string PreActResNet18 = "preact-resnet18";
    private const string ResNet = "resnet";

    /// <returns>The name.</returns>
    /// <exception cref="UsageException">There is no such network.</exception>
    public static string Check(string name)
    {
        Find(name);
        return name;
    }

    /// <exception cref="UsageException">There is no such network.</exception>
    public static TorchNetwork Find(string name)
    {
        if (name == BadNets)
            return TorchNetwork.BadNets;
        if (name == PreActResNet18)
            return TorchNetwork.PreActResNet18;
        // The number of layers is 6n + 2, and at least 8.
        return name.StartsWith(ResNet, StringComparison.Ordinal) && int.TryParse(name.AsSpan(ResNet.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int layers) && layers >= 8 && layers % 6 == 2
            ? TorchNetwork.ResNet(layers)
            : throw new UsageException($"Unknown network '{name}'. Expected '{BadNets}', '{PreActResNet18}', or '{ResNet}20', '{ResNet}32', and so on (6n + 2 layers).");
    }
}
