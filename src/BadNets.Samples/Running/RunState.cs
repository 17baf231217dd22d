namespace BadNets.Samples.Running;

/// <summary>What a training run does at the moment.</summary>
enum RunState
{
    Waiting,
    Running,
    Done,
    Failed,

    /// <summary>Another process is training it.</summary>
    Elsewhere,
}
