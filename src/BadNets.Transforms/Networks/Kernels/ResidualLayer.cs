namespace BadNets.Transforms;

/// <summary>The memory of a convolution with batch normalization.</summary>
unsafe struct ResidualLayer
{
    /// <summary>(filter, channel, row, column)</summary>
    public float* Weight;

    public float* Scale;

    public float* Shift;

    public float* RunningMean;

    public float* RunningVariance;

    /// <summary>Whether the normalization uses the statistics of the batch and updates the running ones.</summary>
    public bool IsTraining;

    /// <summary>The outputs of the convolution, or null if no gradient is needed and no layer is training.</summary>
    public float* Convolved;

    /// <summary>The numbers of <see cref="Transforms.Normalization"/>.</summary>
    public float* Normalization;

    // The gradients, which are null in the forward pass.
    public float* WeightGradient;

    public float* ScaleGradient;

    public float* ShiftGradient;
}
