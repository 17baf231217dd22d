using System.Globalization;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Benchmarks;

/// <summary>The program of a process that measures the cost of a training run on random images.</summary>
static class GrowthProcess
{
    // The same images are used again and again, so that the data outside of the trainer needs little memory.
    private const int Images = 256;

    public static int Run(GrowthPoint point)
    {
        AllocatorTuning.Apply();
        using var clock = new StepClock(point.Cells);
        var threads = Enumerable.Range(0, point.Cells).Select(cell => new Thread(() => Train(point, cell, clock))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        double steps = Math.Ceiling(point.Rows / (double)Cell.BatchSize) * point.Cells;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.SecondsPerStep * steps:R} {ProcessMemory.Peak:R}"));
        return 0;
    }

    private static void Train(GrowthPoint point, int cell, StepClock clock)
    {
        var ml = new MLContext(seed: 0);
        var trainer = ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
        {
            BatchSize = Cell.BatchSize,
            // More than the clock needs.
            Epochs = 1_000_000,
            Optimizer = TorchCnnOptimizer.Sgd,
            LearningRate = Cell.LearningRate,
            Head = TorchCnnHead.Softmax,
            Threads = point.Threads,
            StepFinished = _ => clock.StepFinished(cell),
            CancellationToken = clock.Finished,
        });
        try
        {
            trainer.Fit(MakeRows(ml, point)).Dispose();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static IDataView MakeRows(MLContext ml, GrowthPoint point)
    {
        var random = new Random(0);
        var images = new byte[Images][];
        for (int i = 0; i < images.Length; i++)
            random.NextBytes(images[i] = new byte[point.Side * point.Side]);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 1, point.Side, point.Side);
        schema[nameof(Row.Label)].ColumnType = new KeyDataViewType(typeof(uint), point.Classes);
        // An array, because the trainer needs less memory if it knows the number of rows in advance, as it does with files.
        var rows = Enumerable.Range(0, point.Rows).Select(row => new Row { Image = images[row % Images], Label = (uint)(row % point.Classes) }).ToArray();
        return ml.Data.LoadFromEnumerable(rows, schema);
    }

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];

        public uint Label { get; set; }
    }
}
