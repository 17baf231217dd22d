namespace BadNets.Transforms;

/// <summary>The description of a trained model: everything except its weights.</summary>
sealed record TorchCnnModel(
    TorchNetwork Network,
    ImageShape Shape,
    ClassLabels Classes,
    PixelNormalization Normalization,
    string ImageColumnName,
    string ScoreColumnName,
    string PredictedLabelColumnName,
    string? FeaturesColumnName);
