namespace BadNets.Samples.Errors;

/// <summary>The exit codes of the process.</summary>
static class ExitCode
{
    public const int Success = 0;

    /// <summary>A failure that is not a user error, for example of the disk or the network, lack of memory, or training that diverges.</summary>
    public const int Failure = 1;

    /// <summary>A user error.</summary>
    public const int Usage = 2;

    /// <summary>Canceled by Ctrl+C or a request to terminate: 128 plus the signal number of Ctrl+C, as in shells.</summary>
    public const int Cancelled = 130;
}
