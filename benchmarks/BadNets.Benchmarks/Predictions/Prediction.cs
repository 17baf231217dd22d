using Microsoft.ML.Data;

namespace BadNets.Benchmarks;

sealed class Prediction
{
    public float[] Score { get; set; } = [];

    // A key, which is the one-based index of the class.
    public uint PredictedLabel { get; set; }
}
