using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BadNets.Transforms.Tests;

/// <summary>Values from the Python reference implementation, and files of earlier versions.</summary>
static class Golden
{
    public static JsonElement Random { get; } = JsonDocument.Parse(Text("rng.json")).RootElement;

    public static string Text(string resource)
    {
        using var stream = typeof(Golden).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Returns a file that an earlier version of the library wrote.</summary>
    public static byte[] Bytes(string resource)
    {
        using var stream = typeof(Golden).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    /// <summary>Returns the SHA-256 of numbers in decimal form, separated by commas.</summary>
    public static string Hash(IEnumerable<int> numbers) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(',', numbers))));
}
