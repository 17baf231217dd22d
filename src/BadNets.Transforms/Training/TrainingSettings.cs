using System.Globalization;

namespace BadNets.Transforms;

/// <summary>A text of all that decides a training's numbers, save the number of epochs: two trainings with the same text are the same training.</summary>
static class TrainingSettings
{
    public static string Describe(
        TorchCnnTrainer.Options options, ImageShape shape, int classCount, LabeledImages training,
        IReadOnlyList<KeyValuePair<string, LabeledImages>> validation)
    {
        // Omitted if they are zero, as in checkpoints from before these options existed.
        string extras = Extra("momentum", options.Momentum) + Extra("weight decay", options.EffectiveWeightDecay)
            + (options.FrozenParameters.Count > 0 ? $"\nfrozen parameters {string.Join(", ", options.FrozenParameters)}" : "")
            + (options.InitialModel is { } model ? $"\ninitial model {InitialWeights.Fingerprint(model)}" : "");
        string sets = string.Join(", ", validation.Select(set => string.Create(CultureInfo.InvariantCulture, $"{set.Key} of {set.Value.Count}")));
        return string.Create(CultureInfo.InvariantCulture, $"""
            network {options.Network.Name}
            images {shape}
            classes {classCount}
            normalization {options.Normalization}
            head {options.Head}
            optimizer {options.Optimizer}
            learning rate {options.EffectiveLearningRate}{extras}
            batch size {options.BatchSize}
            seed {options.Seed}
            training rows {training.Count}
            training data {training.Fingerprint()}
            validation sets {sets}
            """);
    }

    private static string Extra(string name, double value) => value == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"\n{name} {value}");
}
