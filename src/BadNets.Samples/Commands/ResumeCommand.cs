namespace BadNets.Samples.Commands;

/// <summary>The command that continues where this process stops.</summary>
static class ResumeCommand
{
    private const string Fresh = "--fresh";

    public static string For(IEnumerable<string> arguments) => Invocation.Of(WithoutFresh([.. arguments]));

    // With --fresh, it would begin again. Its value, if any, comes after an equals sign or a colon, or is the next word.
    private static IEnumerable<string> WithoutFresh(string[] arguments) => arguments.Where((argument, index) =>
        argument != Fresh && !argument.StartsWith(Fresh + "=", StringComparison.Ordinal) && !argument.StartsWith(Fresh + ":", StringComparison.Ordinal)
        && !(index > 0 && arguments[index - 1] == Fresh && bool.TryParse(argument, out _)));
}
