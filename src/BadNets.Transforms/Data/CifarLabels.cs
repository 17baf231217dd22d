namespace BadNets.Transforms;

/// <summary>Specifies the data set that CIFAR files contain, and which of its labels to read (Krizhevsky 2009).</summary>
public enum CifarLabels
{
    /// <summary>CIFAR-10, with 10 classes and one label byte in each row.</summary>
    Cifar10,

    /// <summary>CIFAR-100, with the fine label, which is one of 100 classes.</summary>
    Cifar100Fine,

    /// <summary>CIFAR-100, with the coarse label, which is one of 20 superclasses.</summary>
    Cifar100Coarse,
}
