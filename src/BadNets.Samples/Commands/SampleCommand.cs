using System.CommandLine;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Samples.Reporting;
using BadNets.Samples.Running;
using BadNets.Samples.Store;
using Spectre.Console;

namespace BadNets.Samples.Commands;

/// <summary>The program's command line.</summary>
static class SampleCommand
{
    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="console">Where results go.</param>
    /// <param name="error">Where errors go.</param>
    /// <param name="cancellationToken">Stops the command at the next step.</param>
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

            // The caller handles signals; this method handles exceptions.
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = console.Profile.Out.Writer, Error = error },
                cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            error.WriteLine("Stopped. Finished work is kept; this command continues from there:");
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
        var root = new RootCommand("BadNets experiments: plants a backdoor in an image classifier and measures its effect. For a first look, run: baseline --quick");
        foreach (var experiment in ExperimentCatalog.All)
            root.Add(MakeBuiltIn(experiment, console, error));
        root.Add(MakeRun(console, error));
        root.Add(MakeList(console));
        root.Add(MakeReport(console));
        root.Add(MakeEvaluate(console));
        root.Add(MakeConvert(console));
        return root;
    }

    private static Command MakeBuiltIn(Experiment experiment, IAnsiConsole console, TextWriter error)
    {
        var options = new CommonOptions();
        var command = new Command(experiment.Name, $"{experiment.Title}.");
        var values = experiment.Axes.Select(axis => CommonOptions.Values(
            axis.OptionName, $"The values of the {axis.Property.Name}. [default: {string.Join(' ', axis.Values.Select(CellProperty.TextOf))}]")).ToArray();
        foreach (var option in values)
            command.Add(option);
        options.AddTo(command, experiment.Axes);
        command.SetAction((parsed, cancellationToken) =>
        {
            Axis[] axes = [.. experiment.Axes.Zip(values, (axis, option) => CommonOptions.ValuesOf(parsed, option) is { Length: > 0 } texts ? axis.With(texts) : axis)];
            return RunAsync(parsed, options, ExperimentCatalog.Expand(experiment with { Axes = axes }), console, error, cancellationToken);
        });
        return command;
    }

    private static Command MakeRun(IAnsiConsole console, TextWriter error)
    {
        var options = new CommonOptions();
        var file = new Argument<string>("FILE") { Description = "A JSON file that describes an experiment; list NAME prints a built-in one as an example." };
        var command = new Command("run", "Runs an experiment of your own.");
        command.Add(file);
        options.AddTo(command, []);
        command.SetAction((parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(file);
            byte[] json = SharedFile.ReadBytes(path) ?? throw new UsageException($"There is no experiment '{path}'.");
            return RunAsync(parsed, options, ExperimentCatalog.Expand(Experiment.Parse(json, path)), console, error, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, CommonOptions options, IReadOnlyList<Experiment> experiments, IAnsiConsole console, TextWriter error, CancellationToken cancellationToken)
    {
        var request = options.MakeRequest(parsed, experiments);
        var results = ResultsFolder.Open(request.Output);
        int exitCode = await new Runner(request, console, error).RunAsync(results, cancellationToken);
        ResultReport.Write(results);
        console.WriteLine($"Results are in {request.Output}; {results.Report} shows them.");
        return exitCode;
    }

    private static Command MakeList(IAnsiConsole console)
    {
        var name = new Argument<string?>("NAME") { Description = "The experiment to print as JSON.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("list", "Lists the built-in experiments.");
        command.Add(name);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is { } wanted)
            {
                var experiment = ExperimentCatalog.All.FirstOrDefault(experiment => experiment.Name == wanted)
                    ?? throw new UsageException($"There is no experiment '{wanted}'; list shows all.");
                // Not through the console, which breaks lines at the terminal's width.
                console.Profile.Out.Writer.WriteLine(experiment.ToJson());
                return;
            }

            foreach (var experiment in ExperimentCatalog.All)
                console.WriteLine($"{experiment.Name,-18} {experiment.Title}{string.Concat(experiment.Axes.Select(axis => $"; {axis.Property.Name} {string.Join(' ', axis.Values.Select(CellProperty.TextOf))}"))}");
        });
        return command;
    }

    private static Command MakeReport(IAnsiConsole console)
    {
        var options = new CommonOptions();
        var command = new Command("report", "Writes the figures, the summary, and the HTML page again from the results on disk, finished or not, without training.");
        options.AddOutputTo(command);
        command.SetAction(parsed =>
        {
            var results = ResultsFolder.OpenForReport(options.Output(parsed));
            var runs = ResultReport.Write(results);
            string states = string.Concat(runs.Where(run => run.Reason.Length > 0).CountBy(run => run.State).Select(state => FormattableString.Invariant($", {state.Value} {state.Key}")));
            console.WriteLine(FormattableString.Invariant($"{results.Report} shows {runs.Count} run{(runs.Count == 1 ? "" : "s")}{states}."));
        });
        return command;
    }

    private static Command MakeConvert(IAnsiConsole console)
    {
        var options = new CommonOptions();
        var command = new Command("convert", "Converts results from version 0.1, so that training can continue.");
        options.AddOutputTo(command);
        command.SetAction(parsed =>
        {
            var results = ResultsFolder.OpenForReport(options.Output(parsed));
            int cells = Conversion.Convert(ResultsFolder.Open(results.Path));
            ResultReport.Write(results);
            console.WriteLine(FormattableString.Invariant($"Converted {cells} cells in {results.Path}."));
        });
        return command;
    }

    private static Command MakeEvaluate(IAnsiConsole console)
    {
        var options = new CommonOptions();
        var model = CommonOptions.FileOrFolder("--model", "A saved model, such as one that the training commands write to results/cells.", "file");
        model.Required = true;
        var command = new Command("evaluate", "Measures a saved model, without training: TCA, ASR, ASR by class, and confusion matrices.");
        command.Add(model);
        options.AddForEvaluationTo(command);
        command.SetAction((parsed, cancellationToken) =>
            new Evaluator(options.MakeEvaluationRequest(parsed, parsed.GetRequiredValue(model)!), console).RunAsync(cancellationToken));
        return command;
    }
}
