using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>An attack on the training data.</summary>
/// <param name="Trigger">The trigger that is stamped on the images of poisoned rows.</param>
/// <param name="Mapping">The label mapping for poisoned rows.</param>
/// <param name="Rate">The poisoning rate, which is the fraction of all training rows that are poisoned, from 0 to 1.</param>
/// <param name="Selection">The rows that can be poisoned, or null for all rows whose label is mapped.</param>
/// <param name="CoverRate">The fraction of all training rows that are stamped but keep their label, from 0 to 1, or null for none.</param>
sealed record Attack(TriggerPlan Trigger, MappingPlan Mapping, double Rate, Selection? Selection = null, double? CoverRate = null)
{
    private const int LongestSlug = 60;

    public double Rate { get; } = Share("poisoning rate", Rate);

    /// <summary>Whether it changes no row, so that the model is a clean one.</summary>
    [JsonIgnore]
    public bool IsNone => Rate == 0 && CoverRate is null;

    public double? CoverRate { get; } = CoverRate is { } rate && Share("cover rate", rate) > 0 ? rate : null;

    public Selection? Selection { get; } = Selection == Experiments.Selection.Any ? null : Selection;

    /// <summary>Returns a name for files: a short description of the attack, and a hash of its full description.</summary>
    public string ToSlug()
    {
        string slug = $"{Trigger.ToSlug()}_{Mapping.ToSlug()}", json = CellJson.Canonical(JsonSerializer.SerializeToNode(this, CellJson.Options)!);
        return $"{(slug.Length > LongestSlug ? slug[..LongestSlug] : slug)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)).AsSpan(0, 4))}";
    }

    // Negative zero equals zero, and must have the same name.
    private static double Share(string name, double rate) => rate is >= 0 and <= 1
        ? rate == 0 ? 0 : rate
        : throw new UsageException(FormattableString.Invariant($"The {name} must be a number between 0 and 1, but is '{rate}'."));
}
