using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>
/// Everything that determines the numbers of one training run: data set, attack, recipe, and seed. Equal cells are the same training run, no matter
/// which experiments they belong to.
/// </summary>
sealed class Cell : IEquatable<Cell>
{
    private const int LongestSlug = 100;

    private readonly string _json;

    public Cell(DatasetIdentity dataset, Attack attack, Recipe recipe, int seed, IReadOnlyList<string>? classes = null, InitialNetwork? initial = null)
    {
        Dataset = dataset;
        Attack = attack;
        Recipe = recipe;
        Seed = seed;
        Classes = CheckClasses(classes);
        Initial = initial;
        _json = CellJson.Canonical(JsonSerializer.SerializeToNode(this, CellJson.Options)!);
        Id = MakeId();
    }

    public DatasetIdentity Dataset { get; }

    /// <summary>The attack on the training data.</summary>
    public Attack Attack { get; }

    /// <summary>How the network is trained.</summary>
    public Recipe Recipe { get; }

    /// <summary>The seed of the initial weights, the order of the rows, and the choice of poisoned rows.</summary>
    public int Seed { get; }

    /// <summary>The labels of the classes that the network is trained and tested on, or null for all classes of the data set.</summary>
    [JsonConverter(typeof(LabelTexts))]
    public IReadOnlyList<string>? Classes { get; }

    /// <summary>The network that training starts from, or null for random weights.</summary>
    public InitialNetwork? Initial { get; }

    /// <summary>The training run of the network that training starts from, or null.</summary>
    [JsonIgnore]
    public Cell? InitialCell => Initial is null ? null : new Cell(Dataset, Initial.Attack, Initial.Recipe, Seed, Initial.Classes);

    /// <summary>The training run of the clean network that the attack needs, or null if it needs none.</summary>
    [JsonIgnore]
    public Cell? CleanCell => Attack.NeedsModel ? new Cell(Dataset, new Attack(Attack.Usual, Attack.Mapping, 0), Recipe, Seed, Classes, Initial) : null;

    /// <summary>The training runs that must be done before this one.</summary>
    [JsonIgnore]
    public IReadOnlyList<Cell> Prerequisites => [.. new[] { InitialCell, CleanCell }.OfType<Cell>().SelectMany(cell => cell.Prerequisites.Append(cell)).Distinct()];

    /// <summary>The ID: a short description, and a hash of the full description.</summary>
    [JsonIgnore]
    public string Id { get; }

    /// <summary>
    /// Returns the cell as JSON. Equal cells have the same text. Properties without a value are omitted, so that new properties do not change IDs.
    /// </summary>
    public string ToJson() => _json;

    public bool Equals(Cell? other) => other is not null && Id == other.Id;

    public override bool Equals(object? obj) => Equals(obj as Cell);

    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Id;

    /// <summary>Converts text to part of a folder name, which consists of letters, digits, periods, and hyphens.</summary>
    public static string InNames(string text) =>
        string.Concat(text.ToLowerInvariant().Select(character => char.IsAsciiLetterOrDigit(character) || character == '.' ? character : '-'));

    /// <returns>The labels, or null if there are none.</returns>
    /// <exception cref="UsageException">There is only one class, or a class twice.</exception>
    public static IReadOnlyList<string>? CheckClasses(IReadOnlyList<string>? classes)
    {
        if (classes is null)
            return null;
        if (classes.Distinct(StringComparer.Ordinal).Count() < classes.Count || classes.Count < 2)
            throw new UsageException($"The classes must be at least two different labels, but are '{string.Join(", ", classes)}'.");
        return [.. classes];
    }

    private string MakeId()
    {
        string rate = Attack.Rate.ToString(CultureInfo.InvariantCulture);
        string slug = string.Create(CultureInfo.InvariantCulture,
            $"{InNames(Dataset.Name)}_{Attack.Trigger.ToSlug()}_{Attack.Mapping.ToSlug()}_r{InNames(rate)}_{InNames(Recipe.Name)}_e{Recipe.Epochs}_s{Seed}");
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_json)).AsSpan(0, 5));
        return $"{(slug.Length > LongestSlug ? slug[..LongestSlug] : slug)}-{hash}";
    }
}
