namespace BadNets.Samples.CommandLine;

/// <summary>The command that goes on where this process stops.</summary>
static class ResumeCommand
{
    private const string Project = "src/BadNets.Samples";

    public static string For(IEnumerable<string> arguments)
    {
        // With --fresh it would begin again.
        string rest = string.Join(' ', arguments.Where(argument => argument != "--fresh").Select(Quote));
        return Directory.Exists(Project)
            ? $"dotnet run -c Release --project {Project} -- {rest}"
            : $"{Quote(Environment.ProcessPath ?? "BadNets.Samples")} {rest}";
    }

    private static string Quote(string argument) =>
        argument.All(character => char.IsAsciiLetterOrDigit(character) || "-_./,:\\=".Contains(character, StringComparison.Ordinal)) && argument.Length > 0
            ? argument
            : $"\"{argument.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
