namespace BadNets.Benchmarks;

/// <summary>What a process of cells is to do.</summary>
/// <param name="Trainer">Who trains.</param>
/// <param name="Cells">The cells side by side.</param>
/// <param name="Threads">libtorch's threads for each operator.</param>
/// <param name="TunedAllocator">Whether freed memory is kept as the sample program keeps it.</param>
/// <param name="SleepingWorkers">Whether libgomp's idle workers sleep instead of spinning.</param>
/// <param name="Folder">The data set.</param>
/// <param name="Divisor">The rows are the first of the data set's: one in so many.</param>
sealed record CellSetup(CellTrainer Trainer, int Cells, int Threads, bool TunedAllocator, bool SleepingWorkers, string Folder, int Divisor)
{
    public int TrainRows => DigitFolder.TrainRows / Divisor;

    public int TestRows => DigitFolder.TestRows / Divisor;

    public string[] ToArguments() => [$"{Trainer}", $"{Cells}", $"{Threads}", $"{TunedAllocator}", $"{SleepingWorkers}", Folder, $"{Divisor}"];

    public static CellSetup Parse(ReadOnlySpan<string> arguments) => arguments is [var trainer, var cells, var threads, var tuned, var sleeping, var folder, var divisor]
        ? new CellSetup(Enum.Parse<CellTrainer>(trainer), Number(cells), Number(threads), bool.Parse(tuned), bool.Parse(sleeping), folder, Number(divisor))
        : throw new ArgumentException("These are not the arguments of a process of cells.");

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
