using BadNets.Samples.Datasets;
using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>Carries out what the user asks for, from finding the data to the last report.</summary>
sealed class RunCommand(RunRequest request, IAnsiConsole console, TextWriter error)
{
    /// <returns>The exit code.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled; the same request goes on from there.</exception>
    public async Task<int> ExecuteAsync(CancellationToken cancellationToken)
    {
        using var folder = OutputFolder.Open(request.Output);
        using var locator = DatasetLocator.ForThisUser();
        var dataset = await DataSearch.FindAsync(locator, request.Dataset, request.DataDirectory, console, cancellationToken);
        var images = new DigitImages(dataset, request.Rows);

        var trainings = Training.Of(request.RunsOn(images));
        var trainer = new CellTrainer(images, folder, request.Threads);
        foreach (var training in trainings)
        {
            cancellationToken.ThrowIfCancellationRequested();
            trainer.Check(training.Cell);
        }

        var logs = trainings.Select(training => TrainingLog.Open(folder, training, request.Fresh)).ToArray();
        // Write the files of all trainings first, so that the report shows those that fail or never start.
        foreach (var log in logs)
            log.Write();
        foreach (var log in logs.Where(trainer.IsDone))
            log.ForgetFailure();
        var failures = Train(trainer, [.. logs.Where(log => !trainer.IsDone(log))], images, cancellationToken);

        foreach (var failure in failures)
            error.WriteLine($"{failure.Cell.Name} failed: {failure}");
        cancellationToken.ThrowIfCancellationRequested();
        ResultTable.Print(console, logs, failures);
        ResultReport.Write(folder);
        console.WriteLine($"Results are in {request.Output}; {folder.Report} shows them.");
        return failures.Select(failure => ErrorSentence.ExitCodeOf(failure.Reason)).DefaultIfEmpty(ExitCode.Success).Max();
    }

    private IReadOnlyList<CellFailure> Train(
        CellTrainer trainer, IReadOnlyList<TrainingLog> logs, DigitImages images, CancellationToken cancellationToken)
    {
        if (logs.Count == 0)
        {
            console.WriteLine("Everything is trained already; --fresh would train again.");
            return [];
        }

        var recipe = request.Recipe;
        int threads = request.Threads, parallel = Math.Min(logs.Count, request.Parallel ?? Math.Max(1, Environment.ProcessorCount / threads));
        console.WriteLine(FormattableString.Invariant(
            $"{images.Name}, {images.TrainRows} training and {images.TestRows} test rows, {recipe.Name} recipe, {recipe.EpochsInWords}; {logs.Count} to train, {parallel} at a time, {threads} thread{(threads == 1 ? "" : "s")} each."));
        var remaining = new RemainingTime(
            logs.Select(log => KeyValuePair.Create(log.Cell, log.Cell.Recipe.Epochs - log.Epochs.Count)), parallel, TimeProvider.System);
        var sweep = new Sweep(trainer, logs, threads, parallel);
        return console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal
            ? LiveDisplay.Show(console, remaining, display => sweep.Run(display, cancellationToken))
            : sweep.Run(new PlainDisplay(console.Profile.Out.Writer, remaining), cancellationToken);
    }
}
