namespace BadNets.Benchmarks;

/// <summary>A variant of training cells, and its rounds so far.</summary>
sealed class Variant : IDisposable
{
    private readonly ChildProcess _process;
    private readonly List<CellRound> _rounds = [];

    /// <summary>Starts the process, and waits until it is warm.</summary>
    /// <param name="cells">The cells and their threads in words.</param>
    /// <param name="setup">The setup of the process.</param>
    public Variant(string cells, CellSetup setup)
    {
        IsPlain = setup.Trainer == CellTrainer.Plain;
        Name = $"{(IsPlain ? "plain loop" : "library")}{(setup.KeepsMemory ? ", memory kept" : "")}, {cells}";
        _process = new ChildProcess(["cells", .. setup.ToArguments()]);
        // The process immediately trains its first epoch, which includes JIT compilation.
        _process.ReadLine();
    }

    public string Name { get; }

    public bool IsPlain { get; }

    public CellRound Best => _rounds.MinBy(round => round.Seconds);

    public double LowerQuartile => _rounds.Select(round => round.Seconds).Order().ElementAt(_rounds.Count / 4);

    public double LeastProcessorSeconds => _rounds.Min(round => round.ProcessorSeconds);

    public double EvaluationShare => _rounds.Select(round => round.EvaluationSeconds / round.Seconds).Order().ElementAt(_rounds.Count / 2);

    public double PageFaults => _rounds.Min(round => round.PageFaults);

    public double PeakMemory => _rounds[^1].PeakMemory;

    public void RunRound()
    {
        _process.Write("go");
        _rounds.Add(CellRound.Parse(_process.ReadLine()));
    }

    public void Dispose() => _process.Dispose();
}
