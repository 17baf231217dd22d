using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The pixels of a mask in one gray value (Gu et al. 2017).</summary>
/// <param name="Rows">The mask from the top: a text for each row, with an x for each pixel of the trigger, and a period for all others.</param>
/// <param name="Position">The position in the image.</param>
/// <param name="Gray">The gray value, from 0 (black) to 255 (white).</param>
sealed record MaskPlan(IReadOnlyList<string> Rows, TriggerPosition Position, byte Gray = 255) : TriggerPlan
{
    public const string Kind = "mask";
    private const char Set = 'x';
    private const char NotSet = '.';

    public IReadOnlyList<string> Rows { get; } = Check(Rows);

    public override string ToSlug() => FormattableString.Invariant($"mask{Rows[0].Length}x{Rows.Count}-{Position.ToCode()}{(Gray == 255 ? "" : $"-gray{Gray}")}");

    public override string ToLabel() => FormattableString.Invariant($"mask of {Rows[0].Length}×{Rows.Count} px, {Position.ToName()}{(Gray == 255 ? "" : $", gray {Gray}")}");

    public override Trigger Make(TriggerSources sources)
    {
        var mask = new bool[Rows.Count, Rows[0].Length];
        for (int y = 0; y < Rows.Count; y++)
        {
            for (int x = 0; x < Rows[y].Length; x++)
                mask[y, x] = Rows[y][x] == Set;
        }

        return Trigger.Mask(mask, Position, Gray);
    }

    public bool Equals(MaskPlan? other) => other is not null && Position == other.Position && Gray == other.Gray && Rows.SequenceEqual(other.Rows);

    public override int GetHashCode() => HashCode.Combine(Position, Gray, Rows.Count);

    private static string[] Check(IReadOnlyList<string> rows)
    {
        if (rows.Count == 0 || rows.Any(string.IsNullOrEmpty))
            throw new UsageException("A mask must have at least one row, and each row at least one pixel.");
        if (rows.FirstOrDefault(row => row.Any(pixel => pixel is not (Set or NotSet))) is { } wrong)
            throw new UsageException($"The rows of a mask must consist of '{Set}' and '{NotSet}', but one is '{wrong}'.");
        int other = Array.FindIndex([.. rows], row => row.Length != rows[0].Length);
        if (other >= 0)
            throw new UsageException(FormattableString.Invariant($"The rows of a mask must have the same length, but row {other + 1} has {rows[other].Length} pixels, and row 1 has {rows[0].Length}."));
        return rows.Any(row => row.Contains(Set, StringComparison.Ordinal)) ? [.. rows] : throw new UsageException("The mask has no pixel that belongs to the trigger.");
    }
}
