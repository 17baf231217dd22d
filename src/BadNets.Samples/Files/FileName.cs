using System.Security.Cryptography;
using System.Text;

namespace BadNets.Samples.Files;

/// <summary>Creates file names from the names of other files.</summary>
static class FileName
{
    // File systems allow 255 bytes. While a file is being written, its name is 38 bytes longer.
    private const int LongestBytes = 200;

    /// <summary>Joins a name and an ending. A name that is too long is truncated, and a part of its hash replaces the rest.</summary>
    public static string Fit(string name, string ending)
    {
        int room = LongestBytes - Encoding.UTF8.GetByteCount(ending);
        if (Encoding.UTF8.GetByteCount(name) <= room)
            return name + ending;
        string hash = "-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 4));
        var start = new StringBuilder();
        room -= hash.Length;
        foreach (var rune in name.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
                break;
            start.Append(rune.ToString());
        }

        return start + hash + ending;
    }
}
