namespace BadNets.Transforms;

/// <summary>Which data set CIFAR files contain, and which of its labels to read (Krizhevsky 2009).</summary>
public enum CifarLabels
{
    /// <summary>CIFAR-10: ten classes, a label byte in each row.</summary>
    Cifar10,

    /// <summary>CIFAR-100: the fine label, one of 100 classes.</summary>
    Cifar100Fine,

    /// <summary>CIFAR-100: the coarse label, one of 20 superclasses.</summary>
    Cifar100Coarse,
}
