using Microsoft.ML.Data;

namespace BadNets.Benchmarks;

sealed class SingleRow
{
    [VectorType(1, 28, 28)]
    public float[] Image { get; set; } = [];
}
