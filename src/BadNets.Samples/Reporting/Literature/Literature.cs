using System.Text.Json.Nodes;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Reporting;

/// <summary>
/// The published numbers for attacks, by attack and data set. Unlike those of <see cref="PublishedResults"/>, they are not of the same training runs, so
/// they always come with what differs.
/// </summary>
static class Literature
{
    private static readonly Lazy<IReadOnlyList<LiteratureRow>> Rows = new(Read);

    // The beginnings of the names that this program gives to data sets.
    private static readonly (string Prefix, string Dataset)[] Datasets = [("MNIST", "MNIST"), ("CIFAR10", "CIFAR-10"), ("GTSRB", "GTSRB")];

    /// <summary>Returns the published numbers for the attack of a cell, and what differs.</summary>
    public static IEnumerable<(LiteratureRow Row, string Differs)> Find(Cell cell)
    {
        if (cell.Attack.IsNone || Array.Find(Datasets, each => IsNameOf(cell.Dataset.Name, each.Prefix)) is not { Dataset: { } dataset })
            yield break;
        var document = JsonNode.Parse(cell.ToJson())!;
        string trigger = KindOf("attack.trigger"), mapping = KindOf("attack.mapping");
        foreach (var row in Rows.Value)
        {
            if (row.Dataset == dataset && row.Mapping == mapping && row.Triggers.Split('|').Contains(trigger) && (row.Rate is null || row.Rate == cell.Attack.Rate))
                yield return (row, string.Join("; ", Differences(row, cell)));
        }

        string KindOf(string path) => CellProperty.TextOf(CellProperty.At(path + ".kind").In(document));
    }

    private static IEnumerable<string> Differences(LiteratureRow row, Cell cell)
    {
        if (cell.Dataset.Name != row.Dataset)
            yield return $"data: {row.Dataset} there, {cell.Dataset.Name} here";
        if (row.Network != cell.Recipe.Network)
            yield return $"network: {NameOf(row.Network)} there, {NameOf(cell.Recipe.Network)} here";
        if (row.Epochs is null)
            yield return FormattableString.Invariant($"training: not stated there, {cell.Recipe.EpochsInWords} here");
        else if (row.Epochs != cell.Recipe.Epochs)
            yield return FormattableString.Invariant($"training: {row.Epochs} epochs there, {cell.Recipe.EpochsInWords} here");
        if (row.Rate is null)
            yield return $"rate: not stated there, {cell.Attack.RateInWords} here";
        else if (cell.Attack.RateBasis is not null)
            yield return $"rate: {CellProperty.Rate.ShortOf(row.Rate)} of all training images there, {cell.Attack.RateInWords} here";
        if (row.Note.Length > 0)
            yield return row.Note;
    }

    private static string NameOf(string network) => network switch
    {
        Networks.BadNets => "the CNN of Gu et al.",
        "preact-resnet18" => "PreActResNet-18",
        _ when network.StartsWith("resnet", StringComparison.Ordinal) => $"ResNet-{network["resnet".Length..]}",
        _ => network,
    };

    // What follows says which copy it is, or how many rows of it.
    private static bool IsNameOf(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (name.Length == prefix.Length || !char.IsAsciiLetter(name[prefix.Length]));

    private static IReadOnlyList<LiteratureRow> Read()
    {
        using var stream = typeof(Literature).Assembly.GetManifestResourceStream("literature.csv")
            ?? throw new InvalidOperationException("The published numbers are not in the program.");
        return CsvTable.Read<LiteratureRow>(stream, "literature.csv");
    }
}
