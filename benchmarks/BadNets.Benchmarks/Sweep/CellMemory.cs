using System.Globalization;
using TorchSharp;

namespace BadNets.Benchmarks;

/// <summary>The peak memory of a process that trains cells side by side on the whole data set, in MB.</summary>
static class CellMemory
{
    // Enough for every buffer to have been made and freed a few times.
    private const int Steps = 40;

    public static double Measure(string folder, int cells)
    {
        using var process = new ChildProcess(["memory", folder, cells.ToString(CultureInfo.InvariantCulture)]);
        return double.Parse(process.ReadLine(), CultureInfo.InvariantCulture);
    }

    /// <summary>The program of the measured process.</summary>
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
                // All cells must be there at once: the first to be done goes on until the last one is.
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
