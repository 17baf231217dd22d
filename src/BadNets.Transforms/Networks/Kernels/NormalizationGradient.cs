namespace BadNets.Transforms;

/// <summary>
/// The gradient of the input of a batch normalization for each channel:
/// <c>outputGradient * OfOutput + (value - Mean) * OfImage + Constant</c>.
/// </summary>
readonly unsafe struct NormalizationGradient(float* numbers, int channels, float* mean)
{
    /// <summary>The number of numbers for each channel.</summary>
    public const int Numbers = 3;

    public float* Mean => mean;

    public float* OfOutput => numbers;

    public float* OfImage => numbers + channels;

    public float* Constant => numbers + 2 * channels;
}
