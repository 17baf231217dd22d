using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BadNets.Transforms.Tests;

/// <summary>Values that the Python reference implementation printed.</summary>
static class Golden
{
    public static JsonElement Random { get; } = JsonDocument.Parse(Text("rng.json")).RootElement;

    public static string Text(string resource)
    {
        using var stream = typeof(Golden).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The SHA-256 of the numbers' decimal forms with a comma between each two.</summary>
    public static string Hash(IEnumerable<int> numbers) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(',', numbers))));
}
