using BadNets.Samples.Commands;
using Spectre.Console;

namespace BadNets.Fuzzing;

/// <summary>Runs command lines of the sample program in this process, which never get to train.</summary>
static class Sample
{
    // The codes of BadNets.Samples: success, failure, mistake, cancelled.
    private static readonly int[] ExitCodes = [0, 1, 2, 130];

    /// <returns>Whether the program did what it was asked to.</returns>
    public static bool Run(string[] arguments, bool isCancelled)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 1000;

        int exitCode = SampleCommand.RunAsync(arguments, console, error, new CancellationToken(isCancelled)).GetAwaiter().GetResult();

        FindingException.Unless(ExitCodes.Contains(exitCode), $"The exit code is {exitCode}.");
        string said = error.ToString();
        FindingException.Unless(exitCode == 0 || said.Length > 0, $"The exit code is {exitCode}, and nothing is said.");
        FindingException.Unless(!said.Contains("\n   at ", StringComparison.Ordinal), $"There is a trace: {said}");
        return exitCode == 0;
    }
}
