using System.Security.Cryptography;
using System.Text;

namespace BadNets.Samples.Evaluating;

/// <summary>Names of files that are made of the names of others.</summary>
static class FileName
{
    // File systems take 255 bytes; a file that is being written has 38 more in its name.
    private const int LongestBytes = 200;

    /// <summary>Puts a name and an ending together. A name that is too long is cut, with a part of its hash in place of the rest.</summary>
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
