using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Two-dimensional batch normalization like TorchSharp's, but without numbers that the garbage collector can free while native code reads them.
/// </summary>
sealed class BatchNormalization(long channels)
    : BatchNorm(channels, Epsilon, Momentum, affine: true, track_running_stats: true, device: null, dtype: ScalarType.Float32, nameof(BatchNormalization))
{
    public const double Epsilon = 1e-5;
    public const double Momentum = 0.1;

    private static readonly Scalar One = 1;

    /// <summary>Returns the number of values in the parameters and buffers of the layer.</summary>
    public static long CountWeights(long channels) => 4 * channels + 1;

    public override Tensor forward(Tensor input)
    {
        ValidateInputDimensions(input);
        if (training)
            CountBatch();
        var output = nn.functional.batch_norm(input, running_mean, running_var, weight, bias, training, Momentum, Epsilon);
        GC.KeepAlive(input);
        GC.KeepAlive(this);
        return output;
    }

    /// <summary>Counts a batch whose statistics the layer takes into account.</summary>
    public void CountBatch()
    {
        num_batches_tracked!.add_(One, One);
        GC.KeepAlive(this);
    }

    protected override void ValidateInputDimensions(Tensor input)
    {
        if (input.dim() != 4)
            throw new ArgumentException($"Batch normalization requires an input of rows × channels × height × width, but the input is {string.Join('×', input.shape)}.", nameof(input));
    }
}
