using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Describes everything that determines the numbers of a training run, as text. The number of epochs is included only if the schedule depends on it.
/// Two training runs with the same text give the same numbers.
/// </summary>
static class TrainingSettings
{
    private const string Structure = "\nnetwork structure ";

    public static string Describe(
        TorchCnnTrainer.Options options, nn.Module network, ImageShape shape, int classCount, LabeledImages training,
        IReadOnlyList<KeyValuePair<string, LabeledImages>> validation)
    {
        // Options with their default values are omitted, as in checkpoints from versions that did not have these options.
        string extras = Extra("momentum", NonZero(options.Momentum)) + Extra("weight decay", NonZero(options.EffectiveWeightDecay))
            + Extra("learning rate schedule", options.LearningRateSchedule == LearningRateSchedule.Constant ? null : options.LearningRateSchedule.Describe(options.Epochs))
            + Extra("label smoothing", NonZero(options.LabelSmoothing)) + Extra("augmentation", options.Augmentation?.ToString())
            + Extra("frozen parameters", options.FrozenParameters.Count > 0 ? string.Join(", ", options.FrozenParameters) : null)
            + Extra("initial model", options.InitialModel is { } model ? InitialWeights.Fingerprint(model) : null);

        // Validation sets matter only if they draw from the random stream of the training run. Otherwise, the text is the same as without validation
        // sets. It therefore differs from the text in checkpoints of earlier versions, in which validation sets always drew from that stream.
        string sets = options.Shuffle == TorchCnnShuffle.SharedWithValidation
            ? string.Join(", ", validation.Select(set => string.Create(CultureInfo.InvariantCulture, $"{set.Key} of {set.Value.Count}")))
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"""
            network {options.Network.Name}
            images {shape}
            classes {classCount}
            normalization {options.Normalization}
            head {options.Head}
            optimizer {options.Optimizer}
            learning rate {options.EffectiveLearningRate}{extras}
            batch size {options.BatchSize}
            seed {options.EffectiveSeed}
            training rows {training.Count}
            training data {training.Fingerprint()}
            validation sets {sets}
            """) + Structure + Digest(network);
    }

    /// <summary>Returns the text without the structure of the network, as earlier versions wrote it.</summary>
    public static string WithoutStructure(string text) => text.Split(Structure)[0];

    /// <summary>Computes a hash of the names, types, and shapes of the tensors of a network, and of the types of its layers.</summary>
    private static string Digest(nn.Module network)
    {
        var text = new StringBuilder();
        foreach (var (name, tensor) in network.state_dict())
            text.Append(CultureInfo.InvariantCulture, $"{name} {tensor.dtype} {string.Join('×', tensor.shape)}\n");
        foreach (var (name, layer) in network.named_modules())
            text.Append(CultureInfo.InvariantCulture, $"{name} {layer.GetType().Name}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string? NonZero(double value) => value == 0 ? null : value.ToString(CultureInfo.InvariantCulture);

    private static string Extra(string name, string? value) => value is null ? "" : $"\n{name} {value}";
}
