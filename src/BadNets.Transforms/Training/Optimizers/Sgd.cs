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
    private readonly float _momentum;
    private readonly float _weightDecay;

    // The same numbers as objects for libtorch. They are fields because TorchSharp does not keep them alive during a call.
    private readonly Scalar _one = 1.0;
    private readonly Scalar _momentumScalar;
    private readonly Scalar _weightDecayScalar;

    private Rate _rate;

    public Sgd(nn.Module network, double learningRate, double momentum, double weightDecay)
        : base(network, learningRate, stateCount: momentum > 0 ? 1 : 0)
    {
        (_momentum, _weightDecay) = ((float)momentum, (float)weightDecay);
        (_momentumScalar, _weightDecayScalar) = (momentum, weightDecay);
        _rate = new Rate(learningRate);
    }

    protected override void ChangeLearningRate(double rate)
    {
        _rate.Dispose();
        _rate = new Rate(rate);
    }

    // Fuses multiplications and additions exactly where PyTorch does.
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

        TensorPrimitives.FusedMultiplyAdd(gradient, _rate.Negative, weights, weights);
    }

    protected override void Update(Tensor weights, Tensor gradient, ReadOnlySpan<Tensor> state)
    {
        if (_weightDecay > 0)
            gradient.add_(weights, alpha: _weightDecayScalar);
        if (_momentum > 0)
            gradient = state[0].mul_(_momentumScalar).add_(gradient, alpha: _one);
        weights.add_(gradient, alpha: _rate.NegativeScalar);
    }

    protected override void DisposeScalars()
    {
        _one.Dispose();
        _rate.Dispose();
        _momentumScalar.Dispose();
        _weightDecayScalar.Dispose();
    }

    /// <summary>The numbers that depend on the learning rate, recreated when it changes.</summary>
    private sealed class Rate(double rate) : IDisposable
    {
        public readonly float Negative = (float)-rate;
        public readonly Scalar NegativeScalar = -rate;

        public void Dispose() => NegativeScalar.Dispose();
    }
}
