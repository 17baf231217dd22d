using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.Text.Json;
using BadNets.Samples.Datasets;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Samples.Previews;
using BadNets.Samples.Reporting;
using BadNets.Samples.Running;
using BadNets.Samples.Store;
using Spectre.Console;

namespace BadNets.Samples.Commands;

/// <summary>The program's command line.</summary>
sealed class SampleCommand
{
    // Of images that try shows: they fit on a screen.
    private const int UsualCount = 3;
    // Of images that trigger draws.
    private const int UsualSheet = 8;

    private readonly IAnsiConsole _console;
    private readonly TextWriter _error;
    private readonly HelpPages _help;

    private SampleCommand(IAnsiConsole console, TextWriter error)
    {
        _console = console;
        _error = error;
        _help = new HelpPages(console);
    }

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
            var root = new SampleCommand(console, error).Make();
            // A name that starts with @ is an ordinary name, not a response file.
            var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            bool isSuggestion = root.Directives.OfType<SuggestDirective>().Any(directive => parsed.GetResult(directive) is not null);
            if (!isSuggestion && FindErrors(parsed, arguments) is { Length: > 0 } sentences)
            {
                foreach (string sentence in sentences)
                    error.WriteLine(sentence);
                error.WriteLine("For more information, try '--help'.");
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

    private static string[] FindErrors(ParseResult parsed, string[] arguments)
    {
        // Otherwise, the parser would use the next argument as the value.
        if (arguments.FirstOrDefault(argument => argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=', StringComparison.Ordinal) == argument.Length - 1) is { } empty)
            return [$"{empty.TrimEnd('=')} needs a value after the equals sign."];
        return [.. ParseErrors.Of(parsed, arguments)];
    }

    private RootCommand Make()
    {
        var root = new RootCommand("Plant a backdoor in an image classifier, and measure what it does.");
        _help.AddExamples(root, "baseline --quick", "all --quick", "list");
        _help.Add(root, "Experiments", [.. ExperimentCatalog.All.Select(MakeBuiltIn), MakeRun(), MakeList(), MakeDatasets()]);
        _help.Add(root, "Models and results", MakeTrigger(), MakeTry(), MakeEvaluate(), MakeReport(), MakeConvert());
        _help.Add(root, "This program", MakeCompletions());
        root.SetAction(_help.Invoke);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = _help;
        help.Description = "Show this page.";
        root.Options.OfType<VersionOption>().Single().Description = "Show the version.";
        return root;
    }

    private Command MakeBuiltIn(Experiment experiment)
    {
        var options = new CommonOptions(ExperimentCatalog.Expand(experiment));
        var command = new Command(experiment.Name, $"{experiment.Title}.");
        var axes = experiment.Axes.Select(axis => (Axis: axis, Option: CommonOptions.Values(
            axis.OptionName,
            $"The values of the {axis.Property.Name}. [default: {string.Join(' ', CommonOptions.TextsOf(axis))}]", "values"))).ToArray();
        options.AddTo(_help, command, [.. axes.Select(each => (each.Axis, (Option)each.Option))]);
        _help.AddExamples(command, [
            $"{experiment.Name} --quick",
            .. axes.Select(each => $"{experiment.Name} {each.Option.Name} {string.Join(' ', CommonOptions.TextsOf(each.Axis).Take(2))} --quick"),
            .. axes.Length == 0 ? [$"{experiment.Name} --quick --dataset digits --seeds 0 1 2"] : Array.Empty<string>(),
        ]);
        command.SetAction((parsed, cancellationToken) =>
        {
            Axis[] given = [.. axes.Select(each => CommonOptions.ValuesOf(parsed, each.Option) is { Length: > 0 } texts ? each.Axis.With(texts) : each.Axis)];
            return RunAsync(parsed, options, ExperimentCatalog.Expand(experiment with { Axes = given }), cancellationToken);
        });
        return command;
    }

    private Command MakeRun()
    {
        var options = new CommonOptions(experiments: null);
        var file = new Argument<string>("FILE") { Description = "A JSON file that describes an experiment. The command 'list NAME' prints a built-in one as an example." };
        var command = new Command("run", "Run an experiment of your own.");
        _help.Add(command, "Arguments", file);
        options.AddTo(_help, command, []);
        _help.AddExamples(command, "run experiment.json --quick");
        command.SetAction((parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(file);
            if (Directory.Exists(path))
                throw new UsageException($"'{path}' is a folder; run takes a JSON file that describes an experiment.");
            byte[] json = SharedFile.ReadBytes(path) ?? throw new UsageException($"There is no experiment file '{path}'.");
            return RunAsync(parsed, options, ExperimentCatalog.Expand(Experiment.Parse(json, path)), cancellationToken);
        });
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommonOptions options, IReadOnlyList<Experiment> experiments, CancellationToken cancellationToken)
    {
        var request = options.MakeRequest(parsed, experiments);
        var results = ResultsFolder.Open(request.Output);
        bool isJson = parsed.GetValue(options.Json);
        var console = ConsoleFor(isJson);
        var (exitCode, cells) = await new Runner(request, console, _error).RunAsync(results, cancellationToken);
        var damaged = new List<string>();
        var rows = ResultReport.Write(results, damaged.Add);
        var summary = new RunSummary(request, results, cells);
        summary.Print(console.Profile.Out.Writer, console.Profile.Width);
        if (isJson)
        {
            var own = cells.Select(stored => stored.Cell.Id).ToHashSet(StringComparer.Ordinal);
            WriteJson(new { summary.Answers, results.Report, Runs = rows.Where(row => own.Contains(row.Cell)) });
        }

        return Math.Max(exitCode, Tell(damaged));
    }

    private int Tell(List<string> damaged)
    {
        foreach (string sentence in damaged)
            _error.WriteLine(sentence);
        return damaged.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    // For people: with JSON on standard output, they read standard error.
    private IAnsiConsole ConsoleFor(bool isJson)
    {
        if (!isJson)
            return _console;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(_error) });
        console.Profile.Width = _console.Profile.Width;
        return console;
    }

    private void WriteJson<T>(T document) => _console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(document, CellJson.Options));

    private Command MakeList()
    {
        var options = new CommonOptions(experiments: null);
        var name = new Argument<string?>("NAME") { Description = "The experiment to print as JSON.", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add([.. ExperimentCatalog.All.Select(experiment => experiment.Name)]);
        var command = new Command("list", "List the built-in experiments.");
        _help.Add(command, "Arguments", name);
        _help.Add(command, "Output", options.Json);
        _help.AddExamples(command, "list", "list baseline");
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is { } wanted)
            {
                var experiment = ExperimentCatalog.All.FirstOrDefault(experiment => experiment.Name == wanted)
                    ?? throw new UsageException(UnknownName.Sentence("experiment", wanted, [.. ExperimentCatalog.All.Select(experiment => experiment.Name)]));
                // Not through the console, which breaks lines at the terminal's width.
                _console.Profile.Out.Writer.WriteLine(experiment.ToJson());
            }
            else if (parsed.GetValue(options.Json))
            {
                WriteJson(ExperimentCatalog.All);
            }
            else
            {
                PrintColumns(ExperimentCatalog.All.Select(experiment => (experiment.Name,
                    $"{experiment.Title}{string.Concat(experiment.Axes.Select(axis => $"; {axis.Property.Name} {string.Join(", ", axis.Names ?? [.. axis.Values.Select(axis.Property.ShortOf)])}"))}")));
            }
        });
        return command;
    }

    private Command MakeDatasets()
    {
        var options = new CommonOptions(experiments: null);
        var command = new Command("datasets", "List the data sets.");
        _help.Add(command, "Output", options.Json);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(options.Json))
                WriteJson(DatasetCatalog.All.Select(kind => new { Name = kind.Usage, kind.Description }));
            else
                PrintColumns(DatasetCatalog.All.Select(kind => (kind.Usage, kind.Description)));
        });
        return command;
    }

    private void PrintColumns(IEnumerable<(string Name, string Description)> rows)
    {
        var all = rows.ToArray();
        foreach (var (name, description) in all)
            HelpPages.WriteRow(_console.Profile.Out.Writer, name, description, all.Max(row => row.Name.Length), _console.Profile.Width);
    }

    private Command MakeReport()
    {
        var options = new CommonOptions(experiments: null);
        var command = new Command("report", "Write the page, the figures, and the summary again from the results on disk.");
        _help.Add(command, "Output", options.OutputOptions);
        _help.AddExamples(command, "report --output results");
        command.SetAction(parsed =>
        {
            var console = ConsoleFor(parsed.GetValue(options.Json));
            var results = ResultsFolder.OpenForReport(options.Output(parsed));
            var damaged = new List<string>();
            var runs = ResultReport.Write(results, damaged.Add);
            string states = string.Concat(runs.Where(run => run.Reason.Length > 0).CountBy(run => run.State).Select(state => FormattableString.Invariant($", {state.Value} {state.Key}")));
            console.WriteLine(FormattableString.Invariant($"{results.Report} shows {runs.Count} run{(runs.Count == 1 ? "" : "s")}{states}."));
            if (parsed.GetValue(options.Json))
                WriteJson(new { results.Report, Runs = runs, Damaged = damaged });
            return Tell(damaged);
        });
        return command;
    }

    private Command MakeConvert()
    {
        var options = new CommonOptions(experiments: null);
        var command = new Command("convert", "Convert results of version 0.1, so that training can continue.");
        _help.Add(command, "Output", options.OutputOptions.First());
        command.SetAction(parsed =>
        {
            var results = ResultsFolder.OpenForReport(options.Output(parsed));
            int cells = Conversion.Convert(ResultsFolder.Open(results.Path));
            ResultReport.Write(results);
            _console.WriteLine(FormattableString.Invariant($"Converted {cells} training run{(cells == 1 ? "" : "s")} in {results.Path}."));
        });
        return command;
    }

    private Command MakeEvaluate()
    {
        var options = new CommonOptions([ExperimentCatalog.All[0]]);
        var model = MakeModelOption();
        var command = new Command("evaluate", "Measure a saved model: accuracy, attack success, and confusion matrices.");
        _help.Add(command, "Model", model);
        _help.Add(command, "Attack", options.AttackOptions);
        _help.Add(command, "Data", options.DataOptions);
        _help.Add(command, "Output", options.OutputOptions);
        _help.AddExamples(command, "evaluate --model results/cells/ID/model.zip", "evaluate --model mine.zip --trigger-size 3 --target 7");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            bool isJson = parsed.GetValue(options.Json);
            var evaluation = await new Evaluator(options.MakeEvaluationRequest(parsed, parsed.GetRequiredValue(model)!), options.Output(parsed), ConsoleFor(isJson)).RunAsync(cancellationToken);
            if (isJson)
                WriteJson(evaluation);
        });
        return command;
    }

    private Command MakeTry()
    {
        var options = new CommonOptions([ExperimentCatalog.All[0]]);
        var model = MakeModelOption();
        var images = CommonOptions.Values("--image", "Image files of your own instead of test images. They are resized to what the model takes.", "files");
        var count = CommonOptions.WholeNumber("--count", FormattableString.Invariant($"How many test images to show. [default: {UsualCount}]"), 1);
        var label = new Option<string?>("--label") { Description = "Show test images with this label. [default: the first ones that the attack changes]", HelpName = "label" };
        var command = new Command("try", "Show images in the terminal, clean and with the trigger, and what a saved model says.");
        _help.Add(command, "Model", model);
        _help.Add(command, "Images", images, count, label);
        _help.Add(command, "Attack", options.AttackOptions);
        _help.Add(command, "Data", options.DataOptions);
        _help.AddExamples(command, "try --model results/cells/ID/model.zip", "try --model results/cells/ID/model.zip --image my-seven.png");
        command.SetAction((parsed, cancellationToken) =>
        {
            var test = options.MakeEvaluationRequest(parsed, parsed.GetRequiredValue(model)!);
            return new ModelTrial(new TrialRequest(test, parsed.GetValue(images) ?? [], parsed.GetValue(count) ?? UsualCount, parsed.GetValue(label)), _console).RunAsync(cancellationToken);
        });
        return command;
    }

    private Command MakeTrigger()
    {
        var options = new CommonOptions([ExperimentCatalog.All[0]]);
        var experiment = new Argument<string?>("EXPERIMENT") { Description = "A built-in experiment, or a JSON file that describes one, to draw all of its attacks. [default: the attack that the options describe]", Arity = ArgumentArity.ZeroOrOne };
        experiment.CompletionSources.Add([.. ExperimentCatalog.All.Select(known => known.Name)]);
        var count = CommonOptions.WholeNumber("--count", FormattableString.Invariant($"How many test images to draw. [default: {UsualSheet}]"), 1);
        var label = new Option<string?>("--label") { Description = "Draw test images with this label. [default: one of each label]", HelpName = "label" };
        var command = new Command("trigger", "Draw what an attack does to a few images, without training: clean, with the trigger, and the difference.");
        _help.Add(command, "Arguments", experiment);
        _help.Add(command, "Images", count, label);
        _help.Add(command, "Attack", options.AttackOptions);
        _help.Add(command, "Data", options.DataOptions);
        _help.Add(command, "Output", options.OutputOptions.First());
        _help.AddExamples(command, "trigger --trigger blend", "trigger trigger-position --dataset digits --count 4");
        command.SetAction((parsed, cancellationToken) =>
        {
            var request = options.MakePreviewRequest(parsed, parsed.GetValue(experiment) is { } name ? FindExperiment(name) : null, parsed.GetValue(count) ?? UsualSheet, parsed.GetValue(label));
            return new TriggerPreviews(request, options.Output(parsed), _console).RunAsync(cancellationToken);
        });
        return command;
    }

    private static Experiment FindExperiment(string name)
    {
        if (ExperimentCatalog.All.FirstOrDefault(known => known.Name == name) is { } builtIn)
            return builtIn.Includes.Count == 0 ? builtIn : throw new UsageException($"The experiment '{name}' consists of others. Choose one of {UnknownName.Either(builtIn.Includes)}.");
        if (SharedFile.ReadBytes(name) is { } json)
            return Experiment.Parse(json, name);
        throw new UsageException(UnknownName.Sentence("experiment or file", name, [.. ExperimentCatalog.All.Where(known => known.Includes.Count == 0).Select(known => known.Name)]));
    }

    private static Option<string?> MakeModelOption()
    {
        var model = CommonOptions.FileOrFolder("--model", "A saved model, such as the model.zip that a training run leaves in results/cells.", "file");
        model.Required = true;
        return model;
    }

    private Command MakeCompletions()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish, or pwsh." };
        shell.CompletionSources.Add([.. CompletionScript.Shells]);
        var command = new Command("completions", "Print a script that completes commands and options in a shell.");
        _help.Add(command, "Arguments", shell);
        command.SetAction(parsed => _console.Profile.Out.Writer.Write(CompletionScript.For(parsed.GetRequiredValue(shell))));
        return command;
    }
}
