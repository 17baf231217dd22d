namespace BadNets.Transforms;

/// <summary>Specifies the optimization algorithm.</summary>
public enum TorchCnnOptimizer
{
    /// <summary>Adam (Kingma and Ba 2015) with PyTorch's default constants: β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.</summary>
    Adam,

    /// <summary>Stochastic gradient descent, optionally with momentum (<see cref="TorchCnnTrainer.Options.Momentum"/>).</summary>
    Sgd,

    /// <summary>AdamW, which is Adam with decoupled weight decay (Loshchilov and Hutter 2019) and the same constants.</summary>
    AdamW,
}
