namespace BadNets.Transforms;

/// <summary>What the cross-entropy loss is given. Scores are the softmax of the network's outputs either way.</summary>
public enum TorchCnnHead
{
    /// <summary>The network's outputs, as is usual.</summary>
    Logits,

    /// <summary>
    /// The softmax of the network's outputs, to which the loss applies a softmax again: a quirk of published BadNets code that slows
    /// training and moves its thresholds, kept to reproduce its numbers.
    /// </summary>
    Softmax,
}
