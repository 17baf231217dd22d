using System.IO.Compression;
using System.Runtime.Intrinsics.X86;
using System.Text;

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

    /// <summary>Ends a test as inconclusive if the processor rounds differently.</summary>
    public static void NeedSameProcessor()
    {
        if (!Avx512F.IsSupported || !IsAmd())
            Assert.Inconclusive("The recorded numbers are those of AVX-512 on AMD processors.");
    }

    private static bool IsAmd()
    {
        var (_, b, c, d) = X86Base.CpuId(0, 0);
        return Encoding.ASCII.GetString([.. BitConverter.GetBytes(b), .. BitConverter.GetBytes(d), .. BitConverter.GetBytes(c)]) == "AuthenticAMD";
    }

    private static string Text(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadToEnd();
    }

    private static Stream Open(string name) => typeof(EarlierResults).Assembly.GetManifestResourceStream(name)!;
}
