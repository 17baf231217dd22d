using System.Globalization;
using TorchSharp;

namespace BadNets.Benchmarks;

/// <summary>Measures the peak memory of a process that trains cells concurrently on the whole data set, in MB.</summary>
static class CellMemory
{
    // Enough steps to allocate and free every buffer a few times.
    private const int Steps = 40;

    public static double Measure(string folder, int cells)
    {
        using var process = new ChildProcess(["memory", folder, cells.ToString(CultureInfo.InvariantCulture)]);
        return double.Parse(process.ReadLine(), CultureInfo.InvariantCulture);
    }

    /// <summary>The program of the child process.</summary>
    public static int Run(string folder, int cells)
    {
        AllocatorTuning.Apply();
        torch.set_num_threads(1);
        using var stop = new CancellationTokenSource();
        using var arrived = new CountdownEvent(cells);
        var threads = Enumerable.Range(0, cells).Select(_ => new Thread(() => Train(folder, arrived, stop))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Console.Out.WriteLine(ProcessMemory.Peak.ToString("R", CultureInfo.InvariantCulture));
        return 0;
    }

    private static void Train(string folder, CountdownEvent arrived, CancellationTokenSource stop)
    {
        var cell = new LibraryCell(folder, DigitFolder.TrainRows, DigitFolder.TestRows)
        {
            CancellationToken = stop.Token,
            StepFinished = progress =>
            {
                // All cells must exist at the same time, so the first ones to finish continue until the last one finishes.
                if (progress is { Epoch: 0, BatchesDone: Steps } && arrived.Signal())
                    stop.Cancel();
            },
        };
        try
        {
            cell.Train(100, _ => { });
        }
        catch (OperationCanceledException)
        {
        }
    }
}
