using System.ComponentModel;
using System.Diagnostics;
using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests.Commands;

[TestClass]
public sealed class CompletionTests
{
    private static readonly (string Shell, string Script)[] Trials =
    [
        ("bash", """
            COMP_LINE="$1" COMP_POINT=${#COMP_LINE} COMP_WORDS=($1)
            if [[ "$1" == *' ' ]]; then COMP_WORDS+=(''); fi
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _badnets
            printf '%s\n' "${COMPREPLY[@]}"
            """),
        ("zsh", """
            words=(${(s: :)1}) CURRENT=${#words}
            if [[ "$1" == *' ' ]]; then CURRENT=$((CURRENT + 1)); words+=(''); fi
            _badnets
            """),
        ("fish", "complete --do-complete \"$argv[1]\""),
    ];

    [TestMethod]
    [DataRow("bash", "badnets tri", "trigger trigger-position trigger-size")]
    [DataRow("bash", "badnets baseline --rec", "--recipe")]
    [DataRow("bash", "badnets baseline --recipe ", "adam modern reference")]
    [DataRow("bash", "badnets baseline --dataset mn", "mnist")]
    [DataRow("bash", "badnets list base", "baseline")]
    [DataRow("zsh", "badnets baseline --rec", "--recipe")]
    [DataRow("zsh", "badnets baseline --recipe ", "adam modern reference")]
    [DataRow("fish", "badnets baseline --rec", "--recipe")]
    [DataRow("fish", "badnets baseline --recipe m", "modern")]
    public async Task A_script_completes_commands_options_and_values(string shell, string typed, string expected)
    {
        using var folder = new TemporaryFolder();
        var script = await SampleRuns.RunAsync(["completions", shell], new StringWriter(), CancellationToken.None);
        Assert.AreEqual(0, script.ExitCode, script.Error);
        string program = Path.Combine(AppContext.BaseDirectory, "BadNets.Samples.dll");
        string call = shell == "fish" ? $"function badnets\ndotnet '{program}' $argv\nend\n" : $"badnets() {{ dotnet '{program}' \"$@\"; }}\n";
        // What zsh has only while it completes.
        string stubs = shell == "zsh" ? "compdef() { }\n_files() { }\ncompadd() { shift; print -l -- $@ | grep -- \"^${words[CURRENT]}\" }\n" : "";
        // A shell also completes the names of files here; none begins like an expected name.
        File.WriteAllText(folder.In("trial"), call + stubs + script.Output + Trials.Single(trial => trial.Shell == shell).Script + "\n");

        string answer = await RunShellAsync(shell, folder.In("trial"), typed);

        CollectionAssert.AreEqual(expected.Split(' '), answer.Split(['\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToArray());
    }

    [TestMethod]
    public async Task PowerShells_script_registers_the_program()
    {
        var script = await SampleRuns.RunAsync(["completions", "pwsh"], new StringWriter(), CancellationToken.None);

        StringAssert.Contains(script.Output, "Register-ArgumentCompleter -Native -CommandName badnets");
        Assert.AreEqual(script.Output.Count(character => character == '{'), script.Output.Count(character => character == '}'));
    }

    [TestMethod]
    public async Task An_unknown_shell_gets_a_sentence()
    {
        var outcome = await SampleRuns.RunAsync(["completions", "bsh"], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(2, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "Unknown shell 'bsh'. Did you mean 'bash'?");
    }

    private static async Task<string> RunShellAsync(string shell, string script, string argument)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(shell, [script, argument]) { WorkingDirectory = Path.GetDirectoryName(script), RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            string answer = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.IsEmpty(await error);
            return answer;
        }
        catch (Win32Exception)
        {
            Assert.Inconclusive($"{shell} is not installed.");
            throw;
        }
    }
}
