namespace BadNets.Samples.Datasets;

/// <summary>The data set that the user requests.</summary>
enum MnistChoice
{
    /// <summary>MNIST if it is available, otherwise the synthetic digits.</summary>
    Auto,
    Mnist,
    Digits,
}
