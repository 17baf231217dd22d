using System.Globalization;
using System.IO.Compression;

namespace BadNets.Samples.Tests;

/// <summary>
/// Files that version 0.1 wrote on the small digits: <c>poisoning-rate --rates 0.1,0.2 --epochs 4</c>, finished at the rate 0.1 and stopped after two
/// epochs at 0.2. To keep the checkpoint small, its weights were rounded to a few values before version 0.1 continued from it.
/// </summary>
static class EarlierResults
{
    public const string Command = "poisoning-rate --rates 0.1,0.2 --epochs 4";
    public const string Whole = $"exp02_{SmallDigits.Name}_trigger1_pr0p1_ep4_ts5";
    public const string Stopped = $"exp02_{SmallDigits.Name}_trigger1_pr0p2_ep4_ts5";

    /// <summary>The record of the finished cell in version 0.1.</summary>
    public static string WholeCsv => Text("results-0.1-whole.csv");

    /// <summary>The record of the stopped cell in version 0.1 after it continued to the end.</summary>
    public static string ContinuedCsv => Text("results-0.1-continued.csv");

    /// <summary>Writes the folder. Its model replaces the saved one, which is too large for the repository.</summary>
    public static void WriteTo(string folder)
    {
        using var stream = Open("results-0.1.zip");
        ZipFile.ExtractToDirectory(stream, folder);
        Directory.CreateDirectory(Path.Combine(folder, "models"));
        File.WriteAllText(Path.Combine(folder, "models", Whole + ".zip"), "the model");
    }

    /// <summary>
    /// Compares a record with the one of version 0.1, except for durations. Version 0.1 computed losses with other kernels, so they differ by rounding.
    /// </summary>
    public static void AssertEqual(string earlier, string csv)
    {
        string[][] expected = Cells(earlier), found = Cells(csv);
        Assert.HasCount(expected.Length, found);
        for (int line = 0; line < expected.Length; line++)
        {
            Assert.HasCount(expected[line].Length, found[line]);
            for (int column = 0; column < expected[line].Length; column++)
            {
                string name = $"{expected[0][column]}, line {line}";
                if (line > 0 && expected[0][column].EndsWith("_loss", StringComparison.Ordinal))
                    Assert.AreEqual(Number(expected[line][column]), Number(found[line][column]), 1e-6, name);
                else
                    Assert.AreEqual(expected[line][column], found[line][column], name);
            }
        }

        static string[][] Cells(string text) => [.. SampleRuns.WithoutSeconds(text).Split('\n').Select(line => line.Split(','))];

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    private static string Text(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadToEnd();
    }

    private static Stream Open(string name) => typeof(EarlierResults).Assembly.GetManifestResourceStream(name)!;
}
