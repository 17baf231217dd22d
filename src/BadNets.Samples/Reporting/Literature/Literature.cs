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
            if (row.Dataset == dataset && row.Mapping == mapping && row.Triggers.Split('|').Contains(trigger) && IsSameRate(row, cell.Attack))
                yield return (row, string.Join("; ", Differences(row, cell)));
        }

        string KindOf(string path) => CellProperty.TextOf(CellProperty.At(path + ".kind").In(document));
    }

    // A rate of the target's images and a rate of all images are different rates, even if the numbers are equal.
    private static bool IsSameRate(LiteratureRow row, Attack attack) =>
        (row.Rate is null || row.Rate == attack.Rate)
        && (row.RateBasis.Length > 0 ? attack is { RateBasis: not null, Selection: Selection.Target } : attack is { RateBasis: null, Selection: null });

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
        if (row.CoverRate != cell.Attack.CoverRate)
            yield return $"cover rows: {InWords(row.CoverRate)} there, {InWords(cell.Attack.CoverRate)} here";
        if (cell.Attack.TestTrigger is not null)
            yield return "trigger in tests: the same as in training there, another one here";
        if (cell.Attack.Perturbation is not null)
            yield return "poisoned images: perturbed here";
        if (row.Note.Length > 0)
            yield return row.Note;
    }

    private static string InWords(double? rate) => rate is { } share ? CellProperty.CoverRate.ShortOf(share) : "none";

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
