using System.CommandLine;
using BadNets.Samples.Evaluating;
using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting;
using BadNets.Samples.Running;
using Spectre.Console;

namespace BadNets.Samples.Commands;

/// <summary>The program as one types it.</summary>
static class SampleCommand
{
    /// <summary>Carries out a command line.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="console">Where results go.</param>
    /// <param name="error">Where complaints go.</param>
    /// <param name="cancellationToken">Ends it at the next step.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments, IAnsiConsole console, TextWriter error, CancellationToken cancellationToken)
    {
        using var visibleError = new VisibleWriter(error);
        error = visibleError;
        var visibleText = new VisibleText();
        console.Pipeline.Attach(visibleText);
        try
        {
            // Otherwise, the parser would use the next argument as the value.
            if (arguments.FirstOrDefault(argument => argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=', StringComparison.Ordinal) == argument.Length - 1) is { } empty)
                throw new UsageException($"{empty.TrimEnd('=')} needs a value after the equals sign.");
            // A name that starts with @ is an ordinary name, not a response file.
            var parsed = Make(console, error).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0)
            {
                foreach (string sentence in parsed.Errors.Select(problem => ControlCharacters.Show(problem.Message)).Distinct())
                    error.WriteLine(sentence);
                error.WriteLine("Use --help to list commands and options.");
                return ExitCode.Usage;
            }

            // Signals are the caller's business, and exceptions ours.
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = console.Profile.Out.Writer, Error = error },
                cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            error.WriteLine("Stopped. What was finished is kept; this goes on from there:");
            error.WriteLine("  " + ResumeCommand.For(arguments));
            return ExitCode.Cancelled;
        }
        catch (Exception failure)
        {
            error.WriteLine(ErrorSentence.OrTraceOf(failure));
            return ErrorSentence.ExitCodeOf(failure);
        }
        finally
        {
            console.Pipeline.Detach(visibleText);
        }
    }

    private static RootCommand Make(IAnsiConsole console, TextWriter error)
    {
        var root = new RootCommand("BadNets experiments: plants a backdoor in a digit classifier and measures what comes of it. For a first look: baseline --quick");
        foreach (var experiment in Experiment.All)
            root.Add(MakeSweep(experiment, console, error));

        var options = new CommonOptions();
        var all = new Command("all", $"All {Experiment.All.Count} experiments; what they have in common is trained once.");
        options.AddTo(all, varies: null);
        all.SetAction((parsed, cancellationToken) => new RunCommand(options.MakeRequest(parsed, Experiment.All), console, error).ExecuteAsync(cancellationToken));
        root.Add(all);
        root.Add(MakeReport(console));
        root.Add(MakeEvaluate(console));
        return root;
    }

    private static Command MakeSweep(Experiment experiment, IAnsiConsole console, TextWriter error)
    {
        var options = new CommonOptions();
        var command = new Command(experiment.Command, $"{experiment.Title}: {Describe(experiment)}.");
        Option<string[]>? values = null;
        if (experiment.Varies is { } varies)
        {
            values = CommonOptions.Values($"--{varies.Plural}", $"The {varies.Name}s to go through. [default: {string.Join(' ', experiment.Values)}]");
            command.Add(values);
        }

        options.AddTo(command, experiment.Varies);
        command.SetAction((parsed, cancellationToken) =>
        {
            string[] asked = values is null ? [] : CommonOptions.ValuesOf(parsed, values);
            var changed = asked.Length > 0 ? experiment with { Values = asked } : experiment;
            return new RunCommand(options.MakeRequest(parsed, [changed]), console, error).ExecuteAsync(cancellationToken);
        });
        return command;
    }

    private static Command MakeReport(IAnsiConsole console)
    {
        var command = new Command("report", "Figures, summary and HTML page again from what is on disk, finished or not, without training.");
        command.Add(CommonOptions.Output);
        command.SetAction(parsed =>
        {
            using var folder = OutputFolder.OpenForReport(parsed.GetRequiredValue(CommonOptions.Output)!);
            var runs = ResultReport.Write(folder);
            string states = string.Concat(runs.Where(run => run.Reason.Length > 0).CountBy(run => run.State).Select(state => FormattableString.Invariant($", {state.Value} {state.Key}")));
            console.WriteLine(FormattableString.Invariant($"{folder.Report} shows {runs.Count} run{(runs.Count == 1 ? "" : "s")}{states}."));
        });
        return command;
    }

    private static Command MakeEvaluate(IAnsiConsole console)
    {
        var options = new CommonOptions();
        var model = CommonOptions.FileOrFolder("--model", "A saved model, such as one that the training commands write to results/models.", "file");
        model.Required = true;
        var command = new Command("evaluate", "Measures a saved model, without training: TCA, ASR, ASR by class, confusion matrices.");
        command.Add(model);
        options.AddForEvaluationTo(command);
        command.SetAction((parsed, cancellationToken) =>
            new EvaluateCommand(options.MakeEvaluationRequest(parsed, parsed.GetRequiredValue(model)!), console).ExecuteAsync(cancellationToken));
        return command;
    }

    private static string Describe(Experiment experiment) => string.Join(", ", Parameter.All.Select(parameter =>
        $"{parameter.Name} {(parameter == experiment.Varies ? string.Join(' ', experiment.Values) : parameter.TextOf(experiment.Fixed))}"));
}
