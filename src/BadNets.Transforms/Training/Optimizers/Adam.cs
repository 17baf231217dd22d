using System.Numerics.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BadNets.Transforms;

/// <summary>
/// Adam (Kingma and Ba 2015) with L2 regularization, or AdamW (Loshchilov and Hutter 2019), whose weight decay is decoupled from the gradient.
/// Both use PyTorch's constants, and give the same results as PyTorch except for rounding.
/// </summary>
sealed class Adam : Optimizer
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly double _weightDecay;
    private readonly bool _isDecayDecoupled;

    // The same numbers as objects for libtorch. They are fields because TorchSharp does not keep them alive during a call.
    private readonly Scalar _one = 1.0;
    private readonly Scalar _beta1 = Beta1;
    private readonly Scalar _beta2 = Beta2;
    private readonly Scalar _newMean = 1 - Beta1;
    private readonly Scalar _newVariance = 1 - Beta2;
    private readonly Scalar _weightDecayScalar;

    private Rate _rate;
    private double _stepSize;
    private double _correction;

    public Adam(nn.Module network, double learningRate, double weightDecay, bool isDecayDecoupled)
        : base(network, learningRate, stateCount: 2)
    {
        _isDecayDecoupled = isDecayDecoupled;
        _weightDecay = weightDecay;
        _weightDecayScalar = weightDecay;
        _rate = new Rate(learningRate, weightDecay);
    }

    protected override void ChangeLearningRate(double rate)
    {
        _rate.Dispose();
        _rate = new Rate(rate, _weightDecay);
    }

    // Corrects the bias that arises because both moments start at zero.
    protected override void BeginUpdate(long step)
    {
        _stepSize = _rate.Value / (1 - Math.Pow(Beta1, step));
        _correction = 1 / Math.Sqrt(1 - Math.Pow(Beta2, step));
    }

    protected override void Update(Span<float> weights, Span<float> gradient, Span<float> mean, Span<float> variance)
    {
        if (_isDecayDecoupled)
            TensorPrimitives.Multiply(weights, _rate.Kept, weights);
        else if (_weightDecay > 0)
            TensorPrimitives.FusedMultiplyAdd(weights, (float)_weightDecay, gradient, gradient);

        TensorPrimitives.Lerp(mean, gradient, (float)(1 - Beta1), mean);
        TensorPrimitives.Multiply(gradient, gradient, gradient);
        TensorPrimitives.Lerp(variance, gradient, (float)(1 - Beta2), variance);

        Span<float> change = gradient;
        TensorPrimitives.Sqrt(variance, change);
        TensorPrimitives.Multiply(change, (float)_correction, change);
        TensorPrimitives.Add(change, (float)Epsilon, change);
        TensorPrimitives.Divide(mean, change, change);
        TensorPrimitives.FusedMultiplyAdd(change, (float)-_stepSize, weights, weights);
    }

    protected override void Update(Tensor weights, Tensor gradient, ReadOnlySpan<Tensor> state)
    {
        if (_isDecayDecoupled)
            weights.mul_(_rate.KeptScalar);
        else if (_weightDecay > 0)
            gradient.add_(weights, alpha: _weightDecayScalar);

        Tensor mean = state[0].mul_(_beta1).add_(gradient, alpha: _newMean);
        Tensor variance = state[1].mul_(_beta2).addcmul_(gradient, gradient, _newVariance);
        Tensor change = mean.div(variance.sqrt().mul_(tensor(_correction)).add_(tensor(Epsilon), alpha: _one)).mul_(tensor(-_stepSize));
        weights.add_(change, alpha: _one);
    }

    protected override void DisposeScalars()
    {
        _one.Dispose();
        _beta1.Dispose();
        _beta2.Dispose();
        _newMean.Dispose();
        _newVariance.Dispose();
        _weightDecayScalar.Dispose();
        _rate.Dispose();
    }

    /// <summary>The numbers that depend on the learning rate, recreated when it changes.</summary>
    private sealed class Rate : IDisposable
    {
        public readonly double Value;

        // The fraction of a weight that remains after decoupled weight decay.
        public readonly float Kept;
        public readonly Scalar KeptScalar;

        public Rate(double value, double weightDecay)
        {
            double kept = 1 - value * weightDecay;
            (Value, Kept, KeptScalar) = (value, (float)kept, kept);
        }

        public void Dispose() => KeptScalar.Dispose();
    }
}
