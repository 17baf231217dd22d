namespace BadNets.Benchmarks;

/// <summary>
/// The floating-point operations of the network, as if every layer was computed directly: two for each multiplication and addition. A faster algorithm does
/// not change these numbers.
/// </summary>
static class CellWork
{
    public static readonly LayerWork Conv1 = new(24 * 24 * 16 * 25 * 2, HasInputGradient: false);
    public static readonly LayerWork Conv2 = new(8 * 8 * 32 * 16 * 25 * 2);
    public static readonly LayerWork Fc1 = new(512 * 512 * 2);
    public static readonly LayerWork Fc2 = new(512 * 10 * 2);

    public static readonly double TestRow = Conv1.Forward + Conv2.Forward + Fc1.Forward + Fc2.Forward;
    public static readonly double TrainRow = TestRow + Conv1.Backward + Conv2.Backward + Fc1.Backward + Fc2.Backward;

    /// <summary>The training steps of an epoch.</summary>
    public const double Steps = (double)DigitFolder.TrainRows / Cell.BatchSize;

    /// <summary>An epoch: training, and evaluation on two test sets.</summary>
    public static readonly double Epoch = DigitFolder.TrainRows * TrainRow + 2 * DigitFolder.TestRows * TestRow;
}
