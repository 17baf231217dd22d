namespace BadNets.Samples.Tests;

/// <summary>What a command line gave.</summary>
sealed record SampleOutcome(int ExitCode, string Output, string Error);
