using System.CommandLine;
using System.CommandLine.Invocation;
using Spectre.Console;

namespace BadNets.Samples.Commands;

/// <summary>The help of each command: a sentence, examples, and what it takes, in groups.</summary>
sealed class HelpPages(IAnsiConsole console) : SynchronousCommandLineAction
{
    private const int WidestPage = 80;
    private const int WidestName = 30;
    private const string Indent = "  ";

    private readonly Dictionary<Command, string[]> _examples = [];
    private readonly Dictionary<Command, OrderedDictionary<string, List<Symbol>>> _groups = [];

    /// <summary>Adds examples to the help of a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="examples">What follows the program's name.</param>
    public void AddExamples(Command command, params string[] examples) => _examples[command] = examples;

    /// <summary>Adds subcommands, arguments, and options to a command, under a title in its help.</summary>
    public void Add(Command command, string group, params IEnumerable<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Command subcommand)
                command.Add(subcommand);
            else if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
            GroupOf(command, group).Add(symbol);
        }
    }

    /// <summary>Writes a name and, beside it, what it means.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="name">The name.</param>
    /// <param name="description">What it means.</param>
    /// <param name="names">The width of the names; a longer one has its own line.</param>
    /// <param name="width">The width of the page.</param>
    /// <param name="indent">What comes before each line.</param>
    public static void WriteRow(TextWriter output, string name, string description, int names, int width, string indent = "")
    {
        string below = new(' ', indent.Length + names + Indent.Length);
        string[] lines = [.. Wrap(description, Math.Max(20, width - below.Length))];
        if (name.Length > names)
            output.WriteLine(indent + name);
        for (int i = 0; i < lines.Length; i++)
            output.WriteLine(i == 0 && name.Length <= names ? $"{indent}{name.PadRight(names)}{Indent}{lines[i]}" : below + lines[i]);
    }

    /// <summary>Breaks a text between words into lines that are at most so wide.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }

    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.RootCommandResult.Command.Options);
        return Errors.ExitCode.Success;
    }

    private List<Symbol> GroupOf(Command command, string title)
    {
        if (!_groups.TryGetValue(command, out var groups))
            _groups[command] = groups = [];
        if (!groups.TryGetValue(title, out var symbols))
            groups[title] = symbols = [];
        return symbols;
    }

    private void Write(Command command, IEnumerable<Option> rootOptions)
    {
        var output = console.Profile.Out.Writer;
        int width = Math.Min(WidestPage, console.Profile.Width);
        foreach (string line in Wrap(command.Description ?? "", width))
            output.WriteLine(line);
        output.WriteLine();
        output.WriteLine($"Usage: {UsageOf(command)}");
        if (_examples.TryGetValue(command, out string[]? examples))
        {
            output.WriteLine();
            output.WriteLine("Examples:");
            foreach (string example in examples)
                output.WriteLine(ExampleLine(example, width));
        }

        var common = rootOptions.Where(option => command is RootCommand || option.Recursive);
        (string Title, IReadOnlyList<Symbol> Symbols)[] all = [.. (_groups.TryGetValue(command, out var groups) ? groups : []).Select(group => (group.Key, (IReadOnlyList<Symbol>)group.Value)), ("Help", [.. common])];
        int names = all.SelectMany(group => group.Symbols).Select(symbol => NameOf(symbol).Length).Where(length => length <= WidestName).DefaultIfEmpty(0).Max();
        foreach (var (title, symbols) in all.Where(group => group.Symbols.Count > 0))
        {
            output.WriteLine();
            output.WriteLine($"{title}:");
            foreach (var symbol in symbols)
                WriteRow(output, NameOf(symbol), symbol.Description ?? "", names, width, Indent);
        }
    }

    private static string UsageOf(Command command)
    {
        if (command.Subcommands.Count > 0)
            return $"{Invocation.Tool} <command> [options]";
        var words = command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name)
            .Concat(command.Options.Where(option => option.Required).Select(NameOf));
        return string.Join(' ', [Invocation.Tool, command.Name, .. words, "[options]"]);
    }

    // Where a shell can continue a command on the next line, that keeps the page narrow.
    private static string ExampleLine(string example, int width)
    {
        string prefix = Invocation.Prefix, line = $"{Indent}{prefix} {example}";
        return line.Length <= width || OperatingSystem.IsWindows() ? line : $"{Indent}{prefix} \\{Environment.NewLine}{Indent}{Indent}{example}";
    }

    private static string NameOf(Symbol symbol) => symbol switch
    {
        Option { HelpName: { } value } option => $"{option.Name} <{value}>",
        Option option when option.Aliases.Count > 0 => string.Join(", ", option.Aliases.Where(alias => alias.StartsWith('-')).Append(option.Name)),
        Command command => string.Join(' ', command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name).Prepend(command.Name)),
        _ => symbol.Name,
    };
}
