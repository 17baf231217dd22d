using System.Diagnostics;
using System.Globalization;

namespace BadNets.Fuzzing;

/// <summary>Runs tasks in child processes. Ends processes that hang or use too much memory, and continues after processes that crash.</summary>
sealed class Parent
{
    private const long MostBytes = 3L << 30;
    private const int TraceLines = 12;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    // For a process that waits without using the processor.
    private static readonly TimeSpan MostWait = TimeSpan.FromMinutes(3);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (long Files, long Read, int Findings)> _counts = new(StringComparer.Ordinal);

    /// <summary>Whether there are no findings.</summary>
    public bool IsClean => _counts.Values.All(count => count.Findings == 0);

    public void Run(FuzzTask task)
    {
        while (task.Count > 0)
        {
            long done = RunChild(task);
            task = task with { First = task.First + done, Count = task.Count - done };
        }
    }

    public void PrintCounts()
    {
        foreach (var (reader, count) in _counts)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{reader,-12} {count.Files,9} files, {count.Read,8} read, {count.Files - count.Read - count.Findings,9} refused, {count.Findings} findings"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"all",-12} {_counts.Values.Sum(count => count.Files),9} files, {_counts.Values.Sum(count => count.Findings)} findings"));
    }

    // Returns the number of files that are done.
    private long RunChild(FuzzTask task)
    {
        var folder = Directory.CreateTempSubdirectory("badnets-fuzzing-");
        try
        {
            using var process = Start(task, folder.FullName);
            var output = ReadOutputAsync(task, process);
            var errors = process.StandardError.ReadToEndAsync();
            string? ended = Watch(process, Path.Combine(folder.FullName, Child.ProgressName));
            process.WaitForExit();
            var (read, isDone, findings) = output.GetAwaiter().GetResult();
            string trace = string.Join(" | ", errors.GetAwaiter().GetResult().Split('\n').Take(TraceLines));
            long at = ReadProgress(Path.Combine(folder.FullName, Child.ProgressName))
                ?? throw new InvalidOperationException($"The reader '{task.Reader}' failed before its first file: {trace}");
            long done = isDone ? task.Count : at - task.First + 1;
            if (!isDone)
            {
                Report(task, at, ended ?? $"The process ended with exit code {process.ExitCode}: {trace}");
                findings++;
            }

            lock (_lock)
            {
                var count = _counts.GetValueOrDefault(task.Reader);
                _counts[task.Reader] = (count.Files + done, count.Read + read, count.Findings + findings);
            }

            return done;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Process Start(FuzzTask task, string folder)
    {
        string host = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(Parent).Assembly.Location] : [];
        string[] numbers = [.. new long[] { task.Seed, task.First, task.Count }.Select(number => number.ToString(CultureInfo.InvariantCulture))];
        var start = new ProcessStartInfo(host, [.. program, Child.Argument, task.Reader, .. numbers, folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment.Remove("BADNETS_DATA");
        return Process.Start(start)!;
    }

    private async Task<(long Read, bool IsDone, int Findings)> ReadOutputAsync(FuzzTask task, Process process)
    {
        int findings = 0;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ', 3);
            if (words[0] == Child.DoneWord)
                return (long.Parse(words[1], CultureInfo.InvariantCulture), true, findings);
            if (words[0] != Child.FindingWord)
                continue;
            Report(task, long.Parse(words[1], CultureInfo.InvariantCulture), words[2]);
            findings++;
        }

        return (0, false, findings);
    }

    /// <returns>The reason why the process was ended, or null if it ended by itself.</returns>
    private static string? Watch(Process process, string progressPath)
    {
        long? at = null;
        var cpu = TimeSpan.Zero;
        var since = Stopwatch.StartNew();
        while (!process.WaitForExit(Interval))
        {
            try
            {
                process.Refresh();
                if (process.WorkingSet64 > MostBytes)
                    return End(process, "It used more than 3 GiB of memory.");
                if (ReadProgress(progressPath) is { } now && now != at)
                {
                    (at, cpu) = (now, process.TotalProcessorTime);
                    since.Restart();
                }
                else if (at is not null && process.TotalProcessorTime - cpu > Child.MostTime + Interval || since.Elapsed > MostWait)
                {
                    return End(process, "It hangs.");
                }
            }
            catch (InvalidOperationException)
            {
                // The process ended in the meantime.
                return null;
            }
        }

        return null;
    }

    private static string End(Process process, string reason)
    {
        process.Kill();
        return reason;
    }

    private static long? ReadProgress(string path)
    {
        if (!File.Exists(path))
            return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> number = stackalloc byte[sizeof(long)];
        return file.ReadAtLeast(number, number.Length, throwOnEndOfStream: false) == number.Length ? BitConverter.ToInt64(number) : null;
    }

    private static void Report(FuzzTask task, long number, string finding) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{task.Reader} {task.Seed} {number}: {finding}"));
}
