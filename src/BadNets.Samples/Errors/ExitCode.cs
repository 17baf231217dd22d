namespace BadNets.Samples.Errors;

/// <summary>What the process ends with.</summary>
static class ExitCode
{
    public const int Success = 0;

    /// <summary>The world's fault: disk, network, memory, a training that diverged.</summary>
    public const int Failure = 1;

    /// <summary>The user's mistake.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl+C or a request to terminate; as shells have it, 128 and the signal's number.</summary>
    public const int Cancelled = 130;
}
