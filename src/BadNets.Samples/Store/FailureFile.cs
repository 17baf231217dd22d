using BadNets.Samples.Errors;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>The file with the reason why training failed: the message in the first line, followed by the full stack trace.</summary>
static class FailureFile
{
    private const int LongestSentence = 1000;

    public static void Write(string path, string cell, Exception failure) =>
        AtomicFile.WriteText(path, FormattableString.Invariant($"{ErrorSentence.Of(failure)}\n\n{cell}, {DateTime.UtcNow:u}\n{failure}\n"));

    /// <returns>The message, or null if the file does not exist.</returns>
    public static string? ReadSentence(string path)
    {
        if (!File.Exists(path))
            return null;
        using var reader = new StreamReader(SharedFile.Open(path));
        // Read at most one line, because the file can contain anything.
        var start = new char[LongestSentence];
        string text = new(start, 0, reader.ReadBlock(start));
        return ControlCharacters.Show(text.Split('\n')[0].TrimEnd('\r'));
    }
}
