using BadNets.Samples.Errors;

namespace BadNets.Samples.Commands;

/// <summary>The scripts that complete a command line in shells. They ask the program, which answers its [suggest] directive.</summary>
static class CompletionScript
{
    private static readonly (string Shell, string Script)[] Scripts =
    [
        ("bash", """
            # Bash: source <(badnets completions bash)
            _badnets() {
                local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}" IFS=$'\n'
                line="${line#"${line%%[![:space:]]*}"}"
                line="${line#*[[:space:]]}"
                COMPREPLY=($(compgen -W "$(badnets "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word"))
            }
            complete -o default -F _badnets badnets

            """),
        ("zsh", """
            # Zsh: source <(badnets completions zsh)
            _badnets() {
                local line="${(j: :)words[2,CURRENT]}"
                local -a names=("${(@f)$(badnets "[suggest:${#line}]" "$line" 2>/dev/null)}")
                compadd -- $names || _files
            }
            compdef _badnets badnets

            """),
        ("fish", """
            # Fish: badnets completions fish | source
            function __badnets_names
                set -l line (string replace --regex '^\s*\S+\s' '' -- (commandline --cut-at-cursor --current-process))
                badnets "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete --command badnets --arguments '(__badnets_names)'

            """),
        ("pwsh", """
            # PowerShell: badnets completions pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName badnets -ScriptBlock {
                param($word, $command, $position)
                $line = $command.ToString().PadRight($position - $command.Extent.StartOffset) -replace '^\S+\s', ''
                badnets "[suggest:$($line.Length)]" "$line" | Where-Object { $_ -like "$word*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }

            """),
    ];

    public static IEnumerable<string> Shells => Scripts.Select(each => each.Shell);

    /// <exception cref="UsageException">There is no script for the shell.</exception>
    public static string For(string shell) =>
        Scripts.FirstOrDefault(each => each.Shell == shell).Script ?? throw new UsageException(UnknownName.Sentence("shell", shell, [.. Shells]));
}
