using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>Some labels become other labels, and the rest stay the same (source-specific).</summary>
/// <param name="Pairs">The labels, and what they become.</param>
sealed record PairsPlan(SortedDictionary<string, string> Pairs) : MappingPlan
{
    public SortedDictionary<string, string> Pairs { get; } = Pairs.Count > 0
        ? new(Pairs, StringComparer.Ordinal)
        : throw new UsageException("A mapping of pairs needs at least one pair.");

    public override string ToSlug() => string.Join('-', Pairs.Select(pair => $"{Cell.InNames(pair.Key)}to{Cell.InNames(pair.Value)}"));

    public override string ToLabel() => string.Join(", ", Pairs.Select(pair => $"{pair.Key} → {pair.Value}"));

    public override LabelMapping Make() => LabelMapping.Of(Pairs.Select(pair => ((LabelValue)pair.Key, (LabelValue)pair.Value)));

    public override IReadOnlyCollection<string> GetSources() => Pairs.Keys;

    public bool Equals(PairsPlan? other) => other is not null && Pairs.SequenceEqual(other.Pairs);

    public override int GetHashCode() => Pairs.Count;
}
