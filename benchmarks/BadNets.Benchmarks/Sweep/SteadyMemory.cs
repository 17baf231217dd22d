using System.Globalization;
using TorchSharp;

namespace BadNets.Benchmarks;

/// <summary>Measures the memory of a process over many short epochs.</summary>
static class SteadyMemory
{
    public const int Epochs = 300;

    private const int EpochsBetween = 50;

    /// <summary>Returns the memory after every 50 epochs, in MB.</summary>
    public static double[] Measure(string folder)
    {
        using var process = new ChildProcess(["steady", folder]);
        return [.. process.ReadLines().Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }

    /// <summary>The program of the child process.</summary>
    public static int Run(string folder)
    {
        AllocatorTuning.Apply();
        torch.set_num_threads(1);
        int epoch = 0;
        new LibraryCell(folder, trainRows: 6 * Cell.BatchSize, testRows: 128).Train(Epochs, _ =>
        {
            if (++epoch % EpochsBetween == 0)
                Console.Out.WriteLine(ProcessMemory.Now.ToString("R", CultureInfo.InvariantCulture));
        });
        return 0;
    }
}
