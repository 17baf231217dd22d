using System.CommandLine;
using System.CommandLine.Parsing;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Commands;

/// <summary>The sentences for what is wrong with a command line.</summary>
static class ParseErrors
{
    /// <param name="parsed">The command line.</param>
    /// <param name="arguments">Its words.</param>
    public static IEnumerable<string> Of(ParseResult parsed, string[] arguments)
    {
        if (parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens.FirstOrDefault(word => !IsOption(word)) is { } command)
            return [WordSentence(parsed, command)];
        // The parser would take a misspelled option for a value of the option before it.
        if (parsed.Tokens.FirstOrDefault(token => token.Type == TokenType.Argument && IsOption(token.Value) && arguments.Contains(token.Value)) is { } option)
            return [OptionSentence(parsed, option.Value)];
        if (parsed.UnmatchedTokens is [var word, ..])
            return [IsOption(word) ? OptionSentence(parsed, word) : WordSentence(parsed, word)];
        // Who asks for help need not have given what is required.
        return parsed.Action is HelpPages ? [] : parsed.Errors.Select(problem => ControlCharacters.Show(problem.Message)).Distinct();
    }

    private static bool IsOption(string word) => word.Length > 2 && word.StartsWith("--", StringComparison.Ordinal);

    private static string OptionSentence(ParseResult parsed, string word)
    {
        var command = parsed.CommandResult.Command;
        string name = word.Split('=')[0];
        var known = command.Options.Select(option => option.Name).Where(option => option.StartsWith("--", StringComparison.Ordinal));
        return ControlCharacters.Show($"Unknown option '{name}'{(command is RootCommand ? "" : $" of '{command.Name}'")}.{(UnknownName.Closest(name, known) is { } closest ? $" Did you mean '{closest}'?" : "")}");
    }

    private static string WordSentence(ParseResult parsed, string word)
    {
        var command = parsed.CommandResult.Command;
        return ControlCharacters.Show(command is RootCommand
            ? UnknownName.Closest(word, command.Subcommands.Select(each => each.Name)) is { } closest ? $"Unknown command '{word}'. Did you mean '{closest}'?" : $"Unknown command '{word}'."
            : $"'{command.Name}' does not take '{word}'.");
    }
}
