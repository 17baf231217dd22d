namespace BadNets.Transforms;

/// <summary>All that a trained model knows besides its weights.</summary>
sealed record TorchCnnModel(
    TorchNetwork Network,
    ImageShape Shape,
    ClassLabels Classes,
    PixelNormalization Normalization,
    string ImageColumnName,
    string ScoreColumnName,
    string PredictedLabelColumnName,
    string? FeaturesColumnName);
