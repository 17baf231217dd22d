using BadNets.Samples.Errors;

namespace BadNets.Samples.Commands;

/// <summary>How this program was started, for commands that can be pasted.</summary>
static class Invocation
{
    /// <summary>The command of the installed tool.</summary>
    public const string Tool = "badnets";

    private const string Project = "src/BadNets.Samples";

    private static readonly string Harmless = OperatingSystem.IsWindows() ? "-_./,:=\\" : "-_./,:=";

    /// <summary>What comes before the arguments.</summary>
    public static string Prefix =>
        IsBelow(AppContext.BaseDirectory, Path.GetFullPath(Project)) ? $"dotnet run -c Release --project {Project} --"
        // The program can be started directly, or through dotnet, which is then the process.
        : Environment.ProcessPath is not { } path || Path.GetFileNameWithoutExtension(path) == "dotnet"
            ? $"dotnet {Quote(Path.Combine(AppContext.BaseDirectory, typeof(Invocation).Assembly.GetName().Name + ".dll"))}"
        : ToolFolder(path) is { } folder ? IsSearched(folder) ? Tool : Quote(Path.Combine(folder, Tool))
        : Quote(path);

    /// <summary>A command of this program.</summary>
    public static string Of(IEnumerable<string> arguments) => $"{Prefix} {string.Join(' ', arguments.Select(Quote))}";

    // An installed tool is started through a link in this folder; the program itself is in .store.
    private static string? ToolFolder(string path) =>
        path.IndexOf(Path.Combine("", ".store", Tool) + Path.DirectorySeparatorChar, StringComparison.Ordinal) is > 0 and var at ? Path.TrimEndingDirectorySeparator(path[..at]) : null;

    // A shell finds the program in these folders by its name alone.
    private static bool IsSearched(string folder) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(searched => Path.TrimEndingDirectorySeparator(searched) == folder);

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

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
