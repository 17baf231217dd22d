namespace BadNets.Transforms;

/// <summary>Everything that describes a trained model, except its weights.</summary>
sealed record TorchCnnModel(
    TorchNetwork Network,
    ImageShape Shape,
    ClassLabels Classes,
    PixelNormalization Normalization,
    string ImageColumnName,
    string ScoreColumnName,
    string PredictedLabelColumnName,
    string? FeaturesColumnName);
