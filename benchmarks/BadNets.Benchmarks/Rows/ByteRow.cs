using Microsoft.ML.Data;

namespace BadNets.Benchmarks;

sealed class ByteRow
{
    [VectorType(1, 28, 28)]
    public byte[] Image { get; set; } = [];
}
