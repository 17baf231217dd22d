using BadNets.Samples.Commands;
using Spectre.Console;

namespace BadNets.Fuzzing;

/// <summary>Runs command lines of the sample program in this process. They do not train.</summary>
static class Sample
{
    // The exit codes of BadNets.Samples: success, failure, user error, canceled.
    private static readonly int[] ExitCodes = [0, 1, 2, 130];

    /// <returns>True if the program succeeded.</returns>
    public static bool Run(string[] arguments, bool isCancelled)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 1000;

        int exitCode = SampleCommand.RunAsync(arguments, console, error, new CancellationToken(isCancelled)).GetAwaiter().GetResult();

        FindingException.Unless(ExitCodes.Contains(exitCode), $"The exit code is {exitCode}.");
        string said = error.ToString();
        FindingException.Unless(exitCode == 0 || said.Length > 0, $"The exit code is {exitCode}, but no message was written.");
        FindingException.Unless(!said.Contains("\n   at ", StringComparison.Ordinal), $"The output contains a stack trace: {said}");
        return exitCode == 0;
    }
}
