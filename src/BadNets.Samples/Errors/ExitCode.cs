namespace BadNets.Samples.Errors;

/// <summary>The exit codes of the process.</summary>
static class ExitCode
{
    public const int Success = 0;

    /// <summary>A failure that is not the user's mistake: disk, network, memory, or training that diverged.</summary>
    public const int Failure = 1;

    /// <summary>The user's mistake.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl+C or a request to terminate: 128 plus the signal's number, as in shells.</summary>
    public const int Cancelled = 130;
}
