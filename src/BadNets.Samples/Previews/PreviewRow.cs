namespace BadNets.Samples.Previews;

/// <summary>The same images in one form.</summary>
/// <param name="Name">What they show.</param>
/// <param name="Images">The pixels of each: all of one channel, row by row, before the next channel.</param>
/// <param name="Labels">What is written below each image.</param>
sealed record PreviewRow(string Name, IReadOnlyList<byte[]> Images, IReadOnlyList<string> Labels)
{
    private const int Middle = 128;
    private const int MostEnlarged = 20;

    /// <summary>The differences between two rows, enlarged as far as the largest one allows: gray where nothing changes, lighter or darker where a pixel does.</summary>
    public static PreviewRow Difference(PreviewRow before, PreviewRow after)
    {
        int largest = before.Images.Zip(after.Images).Max(pair => pair.First.Zip(pair.Second).Max(pixel => Math.Abs(pixel.Second - pixel.First)));
        int factor = Math.Clamp((Middle - 1) / Math.Max(1, largest), 1, MostEnlarged);
        return new PreviewRow(
            factor == 1 ? "difference" : FormattableString.Invariant($"difference × {factor}"),
            [.. before.Images.Zip(after.Images, (one, other) => one.Zip(other, (from, to) => (byte)Math.Clamp(Middle + factor * (to - from), 0, byte.MaxValue)).ToArray())],
            [.. before.Images.Select(_ => "")]);
    }
}
