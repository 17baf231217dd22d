namespace BadNets.Benchmarks;

/// <summary>The setup of a process that trains cells.</summary>
/// <param name="Trainer">The trainer.</param>
/// <param name="Cells">The number of concurrent cells.</param>
/// <param name="Threads">The number of threads of each cell.</param>
/// <param name="KeepsMemory">Whether glibc keeps freed memory, as in the sample program.</param>
/// <param name="Folder">The folder of the data set.</param>
/// <param name="Divisor">The number of rows in the data set divided by the number of rows to use, which are the first ones.</param>
sealed record CellSetup(CellTrainer Trainer, int Cells, int Threads, bool KeepsMemory, string Folder, int Divisor)
{
    public int TrainRows => DigitFolder.TrainRows / Divisor;

    public int TestRows => DigitFolder.TestRows / Divisor;

    public string[] ToArguments() => [$"{Trainer}", $"{Cells}", $"{Threads}", $"{KeepsMemory}", Folder, $"{Divisor}"];

    public static CellSetup Parse(ReadOnlySpan<string> arguments) => arguments is [var trainer, var cells, var threads, var keeps, var folder, var divisor]
        ? new CellSetup(Enum.Parse<CellTrainer>(trainer), Number(cells), Number(threads), bool.Parse(keeps), folder, Number(divisor))
        : throw new ArgumentException("The arguments are not those of a process that trains cells.");

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
