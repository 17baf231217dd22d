using System.Diagnostics;

namespace BadNets.Benchmarks;

/// <summary>The time from the start of a process to the end of its first training step on the whole data set, in seconds.</summary>
static class StartUp
{
    public static double Measure(string folder)
    {
        long start = Stopwatch.GetTimestamp();
        using var process = new ChildProcess(["start", folder]);
        process.ReadLine();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The program of the child process.</summary>
    public static int Run(string folder)
    {
        AllocatorTuning.Apply();
        using var stop = new CancellationTokenSource();
        var cell = new LibraryCell(folder, DigitFolder.TrainRows, DigitFolder.TestRows)
        {
            CancellationToken = stop.Token,
            StepFinished = _ =>
            {
                Console.Out.WriteLine("stepped");
                stop.Cancel();
            },
        };
        try
        {
            cell.Train(1, _ => { });
        }
        catch (OperationCanceledException)
        {
        }

        return 0;
    }
}
