namespace BadNets.Transforms;

/// <summary>Labels that are text.</summary>
sealed class TextLabelType : TypedLabelType<ReadOnlyMemory<char>>, IEqualityComparer<ReadOnlyMemory<char>>
{
    public override IReadOnlyList<LabelValue>? Values => null;

    protected override IEqualityComparer<ReadOnlyMemory<char>> Comparer => this;

    public bool Equals(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceEqual(y.Span);

    public int GetHashCode(ReadOnlyMemory<char> text) => string.GetHashCode(text.Span, StringComparison.Ordinal);

    protected override bool TryParse(LabelValue label, out ReadOnlyMemory<char> value)
    {
        value = label.ToString().AsMemory();
        return true;
    }
}
