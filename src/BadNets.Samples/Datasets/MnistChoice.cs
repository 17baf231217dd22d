namespace BadNets.Samples.Datasets;

/// <summary>Which data set the user asks for.</summary>
enum MnistChoice
{
    /// <summary>MNIST where it can be had, else the synthetic digits.</summary>
    Auto,
    Mnist,
    Digits,
}
