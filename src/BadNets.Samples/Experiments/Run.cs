namespace BadNets.Samples.Experiments;

/// <summary>A cell as part of an experiment: one CSV file.</summary>
sealed record Run(Experiment Experiment, Cell Cell)
{
    public string Name => Experiment.NameOf(Cell);
}
