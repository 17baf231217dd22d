using BadNets.Samples.Errors;

namespace BadNets.Samples.Datasets;

/// <summary>The data sets for <c>--dataset</c>. To add one, add a file to this folder and a line to this list.</summary>
static class DatasetCatalog
{
    public const string Default = "auto";

    public static IReadOnlyList<DatasetKind> All { get; } =
    [
        Mnist(Default, MnistChoice.Auto, "MNIST, or the synthetic digits if MNIST is not available"),
        Mnist("mnist", MnistChoice.Mnist, "handwritten digits"),
        Mnist("digits", MnistChoice.Digits, "synthetic digits, drawn by the program"),
        CifarDataset.Kind,
        GtsrbDataset.Kind,
        FolderDataset.Kind,
    ];

    /// <summary>Finds the kind of data set for the value of an option.</summary>
    /// <returns>The kind, and the argument after the colon.</returns>
    /// <exception cref="UsageException">There is no such data set, or the argument is missing or not allowed.</exception>
    public static (DatasetKind Kind, string Argument) Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? text : text[..colon], argument = colon < 0 ? "" : text[(colon + 1)..];
        var kind = All.FirstOrDefault(kind => kind.Name == name)
            ?? throw new UsageException(UnknownName.Sentence("data set", text, [.. All.Select(kind => kind.Usage)]));
        return (kind.Argument is null) == (colon < 0) && (kind.Argument is null || !string.IsNullOrWhiteSpace(argument))
            ? (kind, argument)
            : throw new UsageException($"Unknown data set '{text}'. Expected '{kind.Usage}'.");
    }

    private static DatasetKind Mnist(string name, MnistChoice choice, string description) => new(name, null, description,
        async (search, cancellationToken) => search.ImageSize is null
            ? await search.Mnist.LocateAsync(choice, search.DataDirectory, search.Say, search.OnProgress, cancellationToken)
            : throw new UsageException("--image-size works only with gtsrb and folder:PATH. These digits have a fixed size."));
}
