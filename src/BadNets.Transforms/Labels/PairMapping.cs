using Microsoft.ML;

namespace BadNets.Transforms;

/// <summary>Some labels become other labels, and the rest stay the same.</summary>
sealed class PairMapping : LabelMapping
{
    public const string KindName = "pairs";

    private readonly List<(LabelValue From, LabelValue To)> _pairs;
    private readonly Dictionary<LabelValue, LabelValue> _targets = [];

    public PairMapping(IEnumerable<(LabelValue From, LabelValue To)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        _pairs = [.. pairs];
        if (_pairs.Count == 0)
            throw new ArgumentException("The source-specific mapping is empty. Pass at least one pair of labels.", nameof(pairs));
        foreach (var (from, to) in _pairs)
        {
            if (!_targets.TryAdd(from, to))
                throw new ArgumentException($"The label '{from}' is mapped twice. Give each label one target.", nameof(pairs));
        }
    }

    internal override IReadOnlyList<LabelValue> Sources => [.. _pairs.Select(pair => pair.From)];

    private protected override string KindInFile => KindName;

    public static PairMapping Read(BinaryReader reader)
    {
        var texts = new ModelReader(reader);
        var pairs = new (LabelValue, LabelValue)[texts.ReadCount(2)];
        for (int i = 0; i < pairs.Length; i++)
            pairs[i] = (texts.ReadText(), texts.ReadText());
        return new PairMapping(pairs);
    }

    // The order of the pairs does not matter.
    public override bool Equals(LabelMapping? other) => other is PairMapping mapping && mapping._pairs.Count == _pairs.Count
        && _pairs.All(pair => mapping._targets.TryGetValue(pair.From, out var to) && to == pair.To);

    public override int GetHashCode() => _pairs.Aggregate(_pairs.Count, (hash, pair) => hash ^ pair.GetHashCode());

    public override string ToString() => string.Join(", ", _pairs.Select(pair => $"{pair.From} → {pair.To}"));

    internal override void Check(DataViewSchema.Column column, LabelType type)
    {
        foreach (var (from, to) in _pairs)
        {
            LabelColumn.CheckHolds(column, type, from);
            LabelColumn.CheckHolds(column, type, to);
        }
    }

    internal override IEnumerable<(LabelValue From, LabelValue To)> Pairs(IReadOnlyList<LabelValue> classes) => _pairs;

    private protected override void Write(BinaryWriter writer)
    {
        writer.Write(_pairs.Count);
        foreach (var (from, to) in _pairs)
        {
            writer.Write(from.ToString());
            writer.Write(to.ToString());
        }
    }
}
