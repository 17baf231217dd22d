using System.Diagnostics;
using TorchSharp;

namespace BadNets.Benchmarks;

/// <summary>
/// The program of a process that trains cells. It trains one epoch to warm up, and then one epoch for each input line. For each epoch, it writes how long it
/// took.
/// </summary>
static class CellHost
{
    // More epochs than will be requested. When the process ends, the cells are waiting between two epochs.
    private const int Endless = 1_000_000;

    public static int Run(CellSetup setup)
    {
        if (setup.KeepsMemory)
            AllocatorTuning.Apply();

        PlainData? data = null;
        if (setup.Trainer == CellTrainer.Plain)
        {
            // TorchSharp loads libtorch here. For the other trainer, the library does, as in most programs that use it.
            torch.set_num_threads(setup.Threads);
            data = new PlainData(setup.Folder, setup.TrainRows, setup.TestRows);
        }

        using var meeting = new Barrier(setup.Cells + 1);
        var evaluation = new double[setup.Cells];
        for (int i = 0; i < setup.Cells; i++)
        {
            int index = i;
            Cell cell = data is not null ? new PlainCell(data) : new LibraryCell(setup.Folder, setup.TrainRows, setup.TestRows) { Threads = setup.Threads };
            new Thread(() => cell.Train(Endless, seconds =>
            {
                evaluation[index] = seconds;
                meeting.SignalAndWait();
                meeting.SignalAndWait();
            })) { IsBackground = true }.Start();
        }

        meeting.SignalAndWait();
        Console.Out.WriteLine(CellRound.Nothing);
        while (Console.In.ReadLine() is { Length: > 0 })
        {
            var processor = Environment.CpuUsage.TotalTime;
            long faults = ProcessMemory.PageFaults;
            long start = Stopwatch.GetTimestamp();
            meeting.SignalAndWait();
            meeting.SignalAndWait();
            double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double scale = setup.Divisor / (double)setup.Cells;
            Console.Out.WriteLine(new CellRound(
                wall * scale, (Environment.CpuUsage.TotalTime - processor).TotalSeconds * scale, evaluation.Average() * scale, (ProcessMemory.PageFaults - faults) * scale / CellWork.Steps, ProcessMemory.Peak));
        }

        // The threads of the cells are still training, and there is no need to wait for them.
        Environment.Exit(0);
        return 0;
    }
}
