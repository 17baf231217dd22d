namespace BadNets.Transforms;

/// <summary>The numbers of a batch normalization for each channel. The normalized value is <c>value * scale + shift</c>.</summary>
readonly unsafe struct Normalization(float* numbers, int channels)
{
    /// <summary>The number of numbers for each channel.</summary>
    public const int Numbers = 4;

    private const double Epsilon = BatchNormalization.Epsilon;

    public float* Mean => numbers;

    /// <summary>1 divided by the standard deviation.</summary>
    public float* Inverse => numbers + channels;

    public float* Scale => numbers + 2 * channels;

    public float* Shift => numbers + 3 * channels;

    public void Set(int channel, double mean, double variance, float weight, float bias)
    {
        double inverse = 1 / Math.Sqrt(variance + Epsilon);
        (Mean[channel], Inverse[channel]) = ((float)mean, (float)inverse);
        Scale[channel] = (float)(inverse * weight);
        Shift[channel] = (float)(bias - mean * inverse * weight);
    }
}
