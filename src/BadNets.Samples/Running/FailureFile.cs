namespace BadNets.Samples.Running;

/// <summary>The file that keeps why a training failed: one sentence in its first line, and the whole trace after it.</summary>
static class FailureFile
{
    private const int LongestSentence = 1000;

    public static void Write(string path, Exception failure)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.WriteText(path, FormattableString.Invariant($"{ErrorSentence.Of(failure)}\n\n{Path.GetFileNameWithoutExtension(path)}, {DateTime.UtcNow:u}\n{failure}\n"));
    }

    /// <returns>The sentence, or null where there is no such file.</returns>
    public static string? ReadSentence(string path)
    {
        if (!File.Exists(path))
            return null;
        using var reader = new StreamReader(path);
        // Whatever the file holds, no more than a line of it is read.
        var start = new char[LongestSentence];
        string text = new(start, 0, reader.ReadBlock(start));
        return ControlCharacters.Show(text.Split('\n')[0].TrimEnd('\r'));
    }

    public static void Delete(string path)
    {
        // A folder that was never made has nothing to delete in it.
        if (File.Exists(path))
            File.Delete(path);
    }
}
