using BadNets.Samples.Errors;

namespace BadNets.Samples.Commands;

/// <summary>The command that continues where this process stops.</summary>
static class ResumeCommand
{
    private const string Project = "src/BadNets.Samples";
    private const string Fresh = "--fresh";

    private static readonly string Harmless = OperatingSystem.IsWindows() ? "-_./,:=\\" : "-_./,:=";

    public static string For(IEnumerable<string> arguments)
    {
        string rest = string.Join(' ', WithoutFresh([.. arguments]).Select(Quote));
        return Directory.Exists(Project)
            ? $"dotnet run -c Release --project {Project} -- {rest}"
            : $"{Program()} {rest}";
    }

    // With --fresh, it would begin again. Its value, if any, comes after an equals sign or a colon, or is the next word.
    private static IEnumerable<string> WithoutFresh(string[] arguments) => arguments.Where((argument, index) =>
        argument != Fresh && !argument.StartsWith(Fresh + "=", StringComparison.Ordinal) && !argument.StartsWith(Fresh + ":", StringComparison.Ordinal)
        && !(index > 0 && arguments[index - 1] == Fresh && bool.TryParse(argument, out _)));

    // The program can be started directly, or through dotnet, which is then the process.
    private static string Program() =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet"
            ? Quote(path)
            : $"dotnet {Quote(Path.Combine(AppContext.BaseDirectory, typeof(ResumeCommand).Assembly.GetName().Name + ".dll"))}";

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(character => char.IsAsciiLetterOrDigit(character) || Harmless.Contains(character, StringComparison.Ordinal))
            ? argument
            : OperatingSystem.IsWindows()
            ? $"\"{argument.Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : ControlCharacters.AreIn(argument)
            // The only quoting style in which a shell interprets the codes.
            ? $"$'{ControlCharacters.Show(argument.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal))}'"
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
