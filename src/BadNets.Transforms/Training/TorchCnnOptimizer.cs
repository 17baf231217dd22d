namespace BadNets.Transforms;

/// <summary>How the weights follow the gradients.</summary>
public enum TorchCnnOptimizer
{
    /// <summary>Adam (Kingma and Ba 2015) with its usual constants.</summary>
    Adam,

    /// <summary>Plain stochastic gradient descent, without momentum.</summary>
    Sgd,
}
