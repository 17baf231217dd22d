using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BadNets.Samples.Experiments;

/// <summary>
/// Everything that determines the numbers of one training run: data set, attack, recipe, and seed. Equal cells are the same training run, no matter
/// which experiments they belong to.
/// </summary>
sealed class Cell : IEquatable<Cell>
{
    private const int LongestSlug = 100;

    private readonly string _json;

    public Cell(DatasetIdentity dataset, Attack attack, Recipe recipe, int seed)
    {
        Dataset = dataset;
        Attack = attack;
        Recipe = recipe;
        Seed = seed;
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

    private string MakeId()
    {
        string rate = Attack.Rate.ToString(CultureInfo.InvariantCulture);
        string slug = string.Create(CultureInfo.InvariantCulture,
            $"{InNames(Dataset.Name)}_{Attack.Trigger.ToSlug()}_{Attack.Mapping.ToSlug()}_r{InNames(rate)}_{InNames(Recipe.Name)}_e{Recipe.Epochs}_s{Seed}");
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_json)).AsSpan(0, 5));
        return $"{(slug.Length > LongestSlug ? slug[..LongestSlug] : slug)}-{hash}";
    }
}
