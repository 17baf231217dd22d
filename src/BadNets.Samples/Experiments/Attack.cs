using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>An attack on the training data.</summary>
/// <param name="Trigger">The trigger that is stamped on the images of poisoned rows.</param>
/// <param name="Mapping">The label mapping for poisoned rows.</param>
/// <param name="Rate">The poisoning rate, from 0 to 1: the fraction of the rows of the <paramref name="RateBasis"/> that are poisoned.</param>
/// <param name="Selection">The rows that can be poisoned, or null for all rows whose label is mapped.</param>
/// <param name="CoverRate">The fraction of all training rows that are stamped but keep their label, from 0 to 1, or null for none.</param>
/// <param name="TestTrigger">The trigger that is stamped on the test images, or null for the trigger of the poisoned rows.</param>
/// <param name="RateBasis">What the rate is a fraction of, or null for all training rows.</param>
/// <param name="CoverTrigger">The trigger that is stamped on the images of cover rows, or null for the trigger of the poisoned rows.</param>
/// <param name="CoverLabels">The labels whose rows can be cover rows, or null for all labels, or with pairs, those that are not mapped.</param>
/// <param name="Perturbation">The perturbation of the images of poisoned rows before the trigger is stamped, or null for none.</param>
sealed record Attack(
    TriggerPlan Trigger, MappingPlan Mapping, double Rate, Selection? Selection = null, double? CoverRate = null, TriggerPlan? TestTrigger = null,
    RateBasis? RateBasis = null, TriggerPlan? CoverTrigger = null, IReadOnlyList<string>? CoverLabels = null, PerturbationPlan? Perturbation = null)
{
    /// <summary>The trigger that clean networks are tested with if other training runs need them, so that these need only one.</summary>
    public static readonly TriggerPlan Usual = new SquarePlan(3, TriggerPosition.BottomRight);

    private const int LongestSlug = 60;

    public double Rate { get; } = Share("poisoning rate", Rate);

    /// <summary>Whether it changes no row, so that the model is a clean one.</summary>
    [JsonIgnore]
    public bool IsNone => Rate == 0 && CoverRate is null;

    public double? CoverRate { get; } = HasCover(CoverRate) ? CoverRate : null;

    public Selection? Selection { get; } = Selection == Experiments.Selection.Any ? null : Selection;

    public TriggerPlan? TestTrigger { get; } = Equals(TestTrigger, Trigger) ? null : TestTrigger;

    public RateBasis? RateBasis { get; } = RateBasis == Transforms.RateBasis.AllRows ? null : RateBasis;

    // Without cover rows, nothing else about them makes a different attack.
    public TriggerPlan? CoverTrigger { get; } = !HasCover(CoverRate) || Equals(CoverTrigger, Trigger) ? null : CoverTrigger;

    [JsonConverter(typeof(LabelTexts))]
    public IReadOnlyList<string>? CoverLabels { get; } = HasCover(CoverRate) && CoverLabels is { Count: > 0 } ? [.. CoverLabels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : null;

    // Without poisoned rows, nothing is perturbed.
    public PerturbationPlan? Perturbation { get; } = Rate == 0 ? null : Perturbation;

    /// <summary>Whether the clean network has to be trained before the rows can be poisoned.</summary>
    [JsonIgnore]
    public bool NeedsModel => Perturbation is not null || new[] { Trigger, TestTrigger, CoverTrigger }.Any(trigger => trigger is { NeedsModel: true });

    /// <summary>The trigger that the model is tested with.</summary>
    [JsonIgnore]
    public TriggerPlan TriggerInTests => TestTrigger ?? Trigger;

    /// <summary>The rate for people, such as <c>10%</c>. If it is not a share of all training rows, this says of what.</summary>
    [JsonIgnore]
    public string RateInWords => CellProperty.Rate.ShortOf(Rate) + (RateBasis is null ? "" : Selection == Experiments.Selection.Target ? " of the target's class" : Mapping is PairsPlan ? " of the source classes" : " of the rows that can be poisoned");

    /// <summary>Returns the attack without a perturbation, and with another trigger instead of one that needs a model.</summary>
    public Attack WithoutModel() => new(Replace(Trigger)!, Mapping, Rate, Selection, CoverRate, Replace(TestTrigger), RateBasis, Replace(CoverTrigger), CoverLabels);

    private static TriggerPlan? Replace(TriggerPlan? trigger) => trigger is { NeedsModel: true } ? Usual : trigger;

    /// <summary>Returns a name for files: a short description of the attack, and a hash of its full description.</summary>
    public string ToSlug()
    {
        string slug = $"{Trigger.ToSlug()}_{Mapping.ToSlug()}";
        return $"{(slug.Length > LongestSlug ? slug[..LongestSlug] : slug)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson())).AsSpan(0, 4))}";
    }

    public bool Equals(Attack? other) => other is not null && ToJson() == other.ToJson();

    public override int GetHashCode() => ToJson().GetHashCode(StringComparison.Ordinal);

    private string ToJson() => CellJson.Canonical(JsonSerializer.SerializeToNode(this, CellJson.Options)!);

    private static bool HasCover(double? rate) => rate is { } share && Share("cover rate", share) > 0;

    // Negative zero equals zero, and must have the same name.
    private static double Share(string name, double rate) => rate is >= 0 and <= 1
        ? rate == 0 ? 0 : rate
        : throw new UsageException(FormattableString.Invariant($"The {name} must be a number between 0 and 1, but is '{rate}'."));
}
