using Microsoft.ML;

namespace BadNets.Samples.Datasets;

/// <summary>Images for training and testing. The views have the columns Image (bytes, channels × height × width) and Label (a key).</summary>
/// <param name="Name">The name, for reports and folders. Different content has a different name.</param>
abstract record Dataset(string Name)
{
    /// <summary>Whether rows are ordered by class, so that the first rows all belong to one class.</summary>
    public virtual bool IsOrderedByClass => false;

    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public abstract IDataView Train(MLContext ml);

    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public abstract IDataView Test(MLContext ml);
}
