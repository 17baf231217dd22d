using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>Images and labels as tensors, shared by all cells.</summary>
sealed record PlainSet(Tensor Images, Tensor Labels)
{
    public long Rows => Labels.shape[0];
}
