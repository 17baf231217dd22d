using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The source-specific mapping, in which only some labels become other labels.</summary>
/// <param name="Pairs">The labels to map and their targets.</param>
sealed record PairsPlan(SortedDictionary<string, string> Pairs) : MappingPlan
{
    public SortedDictionary<string, string> Pairs { get; } = Pairs.Count > 0
        ? new(Pairs, StringComparer.Ordinal)
        : throw new UsageException("The mapping has no pairs. Specify at least one pair of labels.");

    public override string ToSlug() => string.Join('-', Pairs.Select(pair => $"{Cell.InNames(pair.Key)}to{Cell.InNames(pair.Value)}"));

    public override string ToLabel() => string.Join(", ", Pairs.Select(pair => $"{pair.Key} → {pair.Value}"));

    public override LabelMapping Make() => LabelMapping.Of(Pairs.Select(pair => ((LabelValue)pair.Key, (LabelValue)pair.Value)));

    public override IReadOnlyCollection<string> GetSources() => Pairs.Keys;

    public bool Equals(PairsPlan? other) => other is not null && Pairs.SequenceEqual(other.Pairs);

    public override int GetHashCode() => Pairs.Count;
}
