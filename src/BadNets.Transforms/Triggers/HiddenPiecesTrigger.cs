namespace BadNets.Transforms;

/// <summary>
/// Another trigger in only some pieces of the image, which differ from row to row (Adaptive-Blend, Qi et al. 2023, "Revisiting the assumption of
/// latent separability for backdoor defenses"). Created by <see cref="Trigger.WithHiddenPieces"/>.
/// </summary>
public sealed class HiddenPiecesTrigger : Trigger
{
    internal const string KindName = "hidden-pieces";

    private const int MaximumPieces = 32;

    internal HiddenPiecesTrigger(Trigger original, int pieces, double share, int seed)
    {
        if (pieces is < 2 or > MaximumPieces)
            throw new ArgumentOutOfRangeException(nameof(pieces), $"The number of pieces in each direction must be between 2 and {MaximumPieces}, but is {pieces}.");
        if (!(share is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(share), $"The share of hidden pieces must be greater than 0 and less than 1, but is {LabelValue.From(share)}.");
        Original = CheckNested(original);
        Pieces = pieces;
        Share = share;
        HiddenCount = (int)Math.Round(share * pieces * pieces);
        if (HiddenCount == 0 || HiddenCount == pieces * pieces)
        {
            throw new ArgumentOutOfRangeException(
                nameof(share), $"The share of hidden pieces is {LabelValue.From(share)}, which is {HiddenCount} of {pieces * pieces} pieces. Expected at least 1, and not all of them.");
        }

        Seed = seed;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary><see langword="true"/>, because other pieces are hidden in each row.</summary>
    public override bool DiffersByRow => true;

    /// <summary>The trigger without hidden pieces.</summary>
    public Trigger Original { get; }

    /// <summary>The number of pieces in each direction, from 2 to 32. There are <see cref="Pieces"/> × <see cref="Pieces"/> pieces.</summary>
    public int Pieces { get; }

    /// <summary>The share of the pieces that are hidden, greater than 0 and less than 1.</summary>
    public double Share { get; }

    /// <summary>The number of pieces that are hidden in each row, at least 1.</summary>
    public int HiddenCount { get; }

    /// <summary>The seed of the choice of the hidden pieces.</summary>
    public int Seed { get; }

    internal override Trigger? Inner => Original;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The image has fewer pixels than pieces in a direction, or the original trigger does not fit.</exception>
    public override TriggerStamp FitTo(ImageShape shape) => new HiddenPiecesStamp(Original.FitTo(shape), this);

    /// <summary>Returns a short description, for example <c>blended noise 0, α 0.15, with 8 of 16 pieces hidden, choice 0</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString() => FormattableString.Invariant($"{Original}, with {HiddenCount} of {Pieces * Pieces} pieces hidden, choice {Seed}");

    /// <inheritdoc/>
    protected override void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Pieces);
        writer.Write(Share);
        writer.Write(Seed);
        Original.WriteNested(writer);
    }

    internal static HiddenPiecesTrigger Read(BinaryReader reader)
    {
        int pieces = reader.ReadInt32();
        double share = reader.ReadDouble();
        int seed = reader.ReadInt32();
        return new HiddenPiecesTrigger(Load(reader), pieces, share, seed);
    }
}
