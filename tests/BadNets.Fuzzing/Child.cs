using System.Diagnostics;
using System.Globalization;

namespace BadNets.Fuzzing;

/// <summary>Reads files one after another, in a separate process that the parent monitors.</summary>
static class Child
{
    public const string Argument = "--child";
    public const string ProgressName = "progress";
    public const string FindingWord = "finding";
    public const string DoneWord = "done";

    public static readonly TimeSpan MostTime = TimeSpan.FromSeconds(10);

    private const long FreeBytes = 100_000_000;
    private const long BytesPerFileByte = 10;

    /// <summary>Reads the files of a task. Writes findings to standard output, and the number of the current file to a file.</summary>
    public static void Run(FuzzTask task, string folder)
    {
        var reader = FuzzReader.Create(task.Reader, new Folder(folder));
        using var progress = new FileStream(Path.Combine(folder, ProgressName), FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        long read = 0;
        for (long number = task.First; number < task.First + task.Count; number++)
        {
            progress.Position = 0;
            progress.Write(BitConverter.GetBytes(number));
            if (Examine(reader, task.Seed, number, out string? finding) == Outcome.Read)
                read++;
            if (finding is not null)
                Console.WriteLine($"{FindingWord} {number} {finding.ReplaceLineEndings(" ")}");
        }

        Console.WriteLine($"{DoneWord} {read}");
    }

    /// <summary>Reads one file, and checks the time and the memory that this takes.</summary>
    public static Outcome? Examine(FuzzReader reader, int seed, long number, out string? finding)
    {
        var file = reader.Make(FuzzReader.RandomOf(seed, number));
        long most = FreeBytes + BytesPerFileByte * file.Content.Length;
        long allocated = GC.GetTotalAllocatedBytes(), peak = PeakMemory.Bytes;
        var started = Environment.CpuUsage;
        Outcome? outcome = null;
        finding = null;
        try
        {
            outcome = file.Read();
        }
        catch (FindingException wrong)
        {
            finding = wrong.Message;
        }
        catch (Exception unexpected)
        {
            finding = $"An unexpected type of exception: {unexpected}";
        }

        allocated = GC.GetTotalAllocatedBytes() - allocated;
        peak = PeakMemory.Bytes - peak;
        var time = Environment.CpuUsage.TotalTime - started.TotalTime;
        if (allocated > most || peak > most)
            finding ??= string.Create(CultureInfo.InvariantCulture, $"For a file of {file.Content.Length} bytes, the reader allocated {allocated} managed bytes, and the memory of the process grew by {peak} bytes.");
        if (time > MostTime)
            finding ??= string.Create(CultureInfo.InvariantCulture, $"It took {time.TotalSeconds:F1} s.");
        return outcome;
    }
}
