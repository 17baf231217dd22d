using System.Numerics.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BadNets.Transforms;

/// <summary>
/// Stochastic gradient descent with momentum and L2 regularization, bit-identical to PyTorch's <c>SGD</c> on processors with fused multiply-add.
/// </summary>
sealed class Sgd : Optimizer
{
    private readonly float _negativeRate;
    private readonly float _momentum;
    private readonly float _weightDecay;

    // The same numbers for libtorch. They live as long as the optimizer, because TorchSharp does not keep them alive during a call.
    private readonly Scalar _one = 1.0;
    private readonly Scalar _negativeRateScalar;
    private readonly Scalar _momentumScalar;
    private readonly Scalar _weightDecayScalar;

    public Sgd(nn.Module network, double learningRate, double momentum, double weightDecay)
        : base(network, stateCount: momentum > 0 ? 1 : 0)
    {
        (_negativeRate, _momentum, _weightDecay) = ((float)-learningRate, (float)momentum, (float)weightDecay);
        (_negativeRateScalar, _momentumScalar, _weightDecayScalar) = (-learningRate, momentum, weightDecay);
    }

    // Multiplications and additions are fused where PyTorch fuses them, and only there.
    protected override void Update(Span<float> weights, Span<float> gradient, Span<float> momentum, Span<float> unused)
    {
        if (_weightDecay > 0)
            TensorPrimitives.FusedMultiplyAdd(weights, _weightDecay, gradient, gradient);
        if (_momentum > 0)
        {
            TensorPrimitives.Multiply(momentum, _momentum, momentum);
            TensorPrimitives.Add(momentum, gradient, momentum);
            gradient = momentum;
        }

        TensorPrimitives.FusedMultiplyAdd(gradient, _negativeRate, weights, weights);
    }

    protected override void Update(Tensor weights, Tensor gradient, ReadOnlySpan<Tensor> state)
    {
        if (_weightDecay > 0)
            gradient.add_(weights, alpha: _weightDecayScalar);
        if (_momentum > 0)
            gradient = state[0].mul_(_momentumScalar).add_(gradient, alpha: _one);
        weights.add_(gradient, alpha: _negativeRateScalar);
    }

    protected override void DisposeScalars()
    {
        _one.Dispose();
        _negativeRateScalar.Dispose();
        _momentumScalar.Dispose();
        _weightDecayScalar.Dispose();
    }
}
