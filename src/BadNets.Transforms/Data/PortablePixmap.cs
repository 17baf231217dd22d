namespace BadNets.Transforms;

/// <summary>
/// Binary PPM files with 8 bits per color: "P6", width, height, and 255 as text, then red, green, and blue of each pixel. GTSRB uses this format.
/// </summary>
static class PortablePixmap
{
    private const int MostColorValue = 255;

    /// <summary>Determines whether a file starts like a PPM file.</summary>
    public static bool IsPixmap(ReadOnlySpan<byte> file) => file is [(byte)'P', (byte)'6', var space, ..] && IsSpace(space);

    /// <summary>Reads a whole file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="width">The width in pixels, at least 1.</param>
    /// <param name="height">The height in pixels, at least 1.</param>
    /// <param name="rgb">Red, green, and blue of each pixel.</param>
    /// <returns>False if the file is not a PPM file of this kind, or if its length does not match its header.</returns>
    public static bool TryRead(ReadOnlySpan<byte> file, out int width, out int height, out ReadOnlySpan<byte> rgb)
    {
        int at = 2;
        height = 0;
        rgb = default;
        if (!TryReadNumber(file, ref at, out width) || !TryReadNumber(file, ref at, out height)
            || !TryReadNumber(file, ref at, out int most) || most != MostColorValue || at == file.Length || !IsSpace(file[at]))
            return false;

        // Exactly one space precedes the pixels, which can themselves start with bytes that look like spaces.
        rgb = file[(at + 1)..];
        return width > 0 && height > 0 && rgb.Length == 3L * width * height;
    }

    // Reads a number after spaces and after comments, which reach from # to the end of the line.
    private static bool TryReadNumber(ReadOnlySpan<byte> file, ref int at, out int number)
    {
        int start = at;
        number = 0;
        for (bool isComment = false; at < file.Length && (isComment || IsSpace(file[at]) || file[at] == '#'); at++)
            isComment = file[at] == '#' || isComment && file[at] is not ((byte)'\n' or (byte)'\r');
        if (at == start)
            return false;

        int digits = at;
        for (; at < file.Length && file[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            if (number > ushort.MaxValue)
                return false;
            number = 10 * number + (file[at] - '0');
        }

        return at > digits;
    }

    private static bool IsSpace(byte character) => character is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');
}
