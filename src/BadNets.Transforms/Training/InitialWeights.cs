using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Initializes a network with the weights of a trained model.</summary>
static class InitialWeights
{
    /// <summary>
    /// Copies the weights of the model. If the network has other classes, only the rows of its last layer for labels that the model knows are copied.
    /// The rows for other labels do not change.
    /// </summary>
    /// <exception cref="ArgumentException">The weights of the model do not fit the network.</exception>
    public static void Copy(IChannel channel, TorchCnnTransformer model, nn.Module<Tensor, Tensor> network, ImageShape shape, ClassLabels classes)
    {
        var from = model.Module;
        string? last = model.Model.Classes.Equals(classes) ? null : NameOfLastLayer(model);
        using var noGradients = no_grad();
        var tensors = network.state_dict();
        foreach (var (name, tensor) in from.state_dict())
        {
            var to = tensors[name];
            if (last is not null && name.StartsWith(last + ".", StringComparison.Ordinal))
                continue;
            if (!to.shape.AsSpan().SequenceEqual(tensor.shape))
            {
                string shapes = $"the shape of the weights '{name}' is {string.Join('×', tensor.shape)} instead of {string.Join('×', to.shape)}";
                throw new ArgumentException(model.ImageShape == shape
                    ? $"The initial model has {model.Model.Classes.Count} classes, but the training set has {classes.Count}, and only the last layer can be replaced: {shapes}."
                    : $"The initial model is for images of {model.ImageShape}, but the training set has images of {shape}: {shapes}.");
            }

            to.copy_(tensor);
        }

        if (last is not null)
            CopyRows(channel, model, Find(from, last), Find(network, last), classes);
        GC.KeepAlive(model);
        GC.KeepAlive(network);
    }

    /// <summary>Computes a hash of the weights and labels of a model.</summary>
    public static string Fingerprint(TorchCnnTransformer model)
    {
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content);
        model.Model.Classes.Write(writer);
        NamedTensors.Write(writer, model.Module.state_dict());
        writer.Flush();
        return Convert.ToHexStringLower(SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length)));
    }

    private static void CopyRows(IChannel channel, TorchCnnTransformer model, Linear from, Linear to, ClassLabels classes)
    {
        int known = 0;
        var places = (model.Model.Classes.Values ?? []).Index().ToDictionary(label => label.Item, label => label.Index);
        for (int i = 0; i < classes.Count; i++)
        {
            if (classes.Values is not { } values || !places.TryGetValue(values[i], out int at))
                continue;
            known++;
            CopyRow(from.weight, at, to.weight, i);
            if (from.bias is { } bias && to.bias is { } newBias)
                CopyRow(bias, at, newBias, i);
        }

        channel.Info($"The classes differ from those of the initial model: the last layer starts with the model's weights for {known} of {classes.Count} classes, and with new weights for the others.");
    }

    private static void CopyRow(Tensor from, int source, Tensor to, int target)
    {
        using var row = from.narrow(0, source, 1);
        using var place = to.narrow(0, target, 1);
        place.copy_(row);
    }

    private static Linear Find(nn.Module network, string name) => (Linear)network.named_modules().First(layer => layer.name == name).module;

    private static string NameOfLastLayer(TorchCnnTransformer model)
    {
        var layer = model.FindLastLayer();
        return model.Module.named_modules().First(named => ReferenceEquals(named.module, layer)).name;
    }
}
