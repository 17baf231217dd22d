using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>
/// The processor time of scoring on one thread, in microseconds: an image in a prediction engine, a row of a view, and a row in the network alone with the same
/// batch size. The three take turns, so that other work on the machine affects all of them.
/// </summary>
readonly record struct ScoringTime(double Prediction, double Transform, double Network)
{
    private const int Rounds = 12;
    private const int Predictions = 500;

    public static ScoringTime Measure(string folder)
    {
        using var process = new ChildProcess(["score", folder]);
        var values = Array.ConvertAll(process.ReadLine().Split(' '), value => double.Parse(value, CultureInfo.InvariantCulture));
        return new ScoringTime(values[0], values[1], values[2]);
    }

    /// <summary>The program of the child process.</summary>
    public static int Run(string folder)
    {
        var single = new PredictionBenchmarks { Folder = folder };
        var batches = new ScoringBenchmarks { Folder = folder };
        single.Setup();
        batches.Setup();
        double prediction = double.MaxValue, transform = double.MaxValue, network = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            prediction = Math.Min(prediction, Microseconds(Predictions, () =>
            {
                for (int i = 0; i < Predictions; i++)
                    single.Predict();
            }));
            transform = Math.Min(transform, Microseconds(DigitFolder.TestRows, () => batches.Transform()));
            network = Math.Min(network, Microseconds(DigitFolder.TestRows, batches.Network));
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{prediction:R} {transform:R} {network:R}"));
        batches.Cleanup();
        single.Cleanup();
        return 0;
    }

    private static double Microseconds(int rows, Action action)
    {
        // On one thread, the processor time is the time that the work takes on an idle machine.
        var start = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / rows;
    }
}
