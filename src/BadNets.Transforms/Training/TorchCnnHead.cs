namespace BadNets.Transforms;

/// <summary>Specifies the input of the cross-entropy loss. The scores are the softmax of the network's outputs in both cases.</summary>
public enum TorchCnnHead
{
    /// <summary>The outputs of the network, which is the usual choice.</summary>
    Logits,

    /// <summary>
    /// The softmax of the outputs, to which the loss applies a second softmax. This is a quirk of the published PyTorch program for BadNets. It slows
    /// training and changes the poisoning rates at which attacks start to succeed. Use it only to reproduce the published numbers.
    /// </summary>
    Softmax,
}
