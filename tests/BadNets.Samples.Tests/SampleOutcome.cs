namespace BadNets.Samples.Tests;

/// <summary>The outcome of a command.</summary>
sealed record SampleOutcome(int ExitCode, string Output, string Error);
