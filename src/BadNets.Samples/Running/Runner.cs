using BadNets.Samples.Datasets;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>Trains the cells of experiments, from finding the data to the table of results.</summary>
sealed class Runner(RunRequest request, IAnsiConsole console, TextWriter error)
{
    /// <returns>The exit code, and the results of its cells.</returns>
    /// <exception cref="OperationCanceledException">It was canceled; the same request continues from there.</exception>
    public async Task<(int ExitCode, IReadOnlyList<StoredCell> Cells)> RunAsync(ResultsFolder results, CancellationToken cancellationToken)
    {
        using var locator = MnistLocator.ForThisUser();
        var dataset = await DataSearch.FindAsync(locator, request.Data, console, cancellationToken);
        var identity = dataset.Identify();
        Plan[] plans = [.. request.Experiments.Select(experiment => new Plan(experiment, experiment.CellsOn(identity)))];

        var trainer = new CellTrainer(dataset, results, request.Threads);
        Cell[] cells = [.. plans.SelectMany(plan => plan.Cells).Distinct()];
        foreach (var cell in cells)
        {
            cancellationToken.ThrowIfCancellationRequested();
            trainer.Check(cell);
        }

        CheckExports(results, plans);
        // A cell is trained by the process that trains what it needs.
        Cell[] own = [.. request.Shard.Of(cells.GroupBy(cell => cell.Prerequisites.FirstOrDefault(cell))).SelectMany(group => group)];
        if (request.Fresh)
            RefuseCellsInTraining(results, own);
        foreach (var plan in plans)
            plan.Write(results);

        // Also those of other experiments that the cells belong to.
        var allPlans = Plan.ReadAll(results);
        CellWork[] works = [.. own.Select(cell => Prepare(results, allPlans, cell))];
        var labels = new CellLabels(cells, ValueName.Of(request.Experiments, cells));
        var outcome = Train(results, trainer, labels, identity, [.. works.Where(work => !work.IsDone)], cancellationToken);

        foreach (var failure in outcome.Failures)
            error.WriteLine($"{failure.Cell.Id} failed: {failure}");
        cancellationToken.ThrowIfCancellationRequested();
        MakeMissingImages(results, trainer, works, cancellationToken);
        ExportCompleteCells(results);
        StoredCell[] stored = [.. works.Select(work => StoredCell.Read(results, work.Cell))];
        ResultTable.Print(console, stored, labels, outcome);
        return (outcome.Failures.Select(failure => ErrorSentence.ExitCodeOf(failure.Reason)).DefaultIfEmpty(ExitCode.Success).Max(), stored);
    }

    // Before the first of them is deleted.
    private static void RefuseCellsInTraining(ResultsFolder results, Cell[] cells)
    {
        foreach (var cell in cells)
        {
            using var free = CellLock.TryTake(results.Of(cell)) ?? throw IsInTraining(cell);
        }
    }

    private static UsageException IsInTraining(Cell cell) => new($"Another process is training '{cell.Id}'; wait for it to end, or leave out --fresh.");

    private CellWork Prepare(ResultsFolder results, IReadOnlyList<Plan> plans, Cell cell)
    {
        string[] exports = [.. plans.Where(plan => plan.Cells.Contains(cell)).Select(plan => plan.ExportNameOf(cell)).OfType<string>().Distinct()];
        if (request.Fresh)
        {
            using var writer = CellWriter.TryOpen(results, cell, exports, fresh: true) ?? throw IsInTraining(cell);
        }

        var work = CellWork.Of(results, cell, exports);
        // Another experiment may have trained the cell.
        if (work.IsDone && exports.Any(run => !File.Exists(results.Csv(run))))
        {
            using var writer = CellWriter.TryOpen(results, cell, exports, fresh: false);
            writer?.Export();
        }

        return work;
    }

    // Earlier versions did not store them, or stored them as a figure.
    private void MakeMissingImages(ResultsFolder results, CellTrainer trainer, CellWork[] works, CancellationToken cancellationToken)
    {
        CellWork[] without = [.. works.Where(work => work.IsDone && !File.Exists(results.Of(work.Cell).Images))];
        if (without.Length > 0)
            console.WriteLine(FormattableString.Invariant($"Making the images of {without.Length} finished run{(without.Length == 1 ? "" : "s")} from the saved models."));
        foreach (var work in without)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var writer = CellWriter.TryOpen(results, work.Cell, work.Exports, fresh: false);
            if (writer is null)
                continue;
            try
            {
                trainer.MakeImages(writer);
            }
            catch (InvalidDataException fault)
            {
                // The results are complete without them.
                error.WriteLine($"There are no images of {work.Cell.Id}: {fault.Message}");
            }
        }
    }

    // Experiments that other processes have started since may have cells in common with these.
    private static void ExportCompleteCells(ResultsFolder results)
    {
        var missing =
            from plan in Plan.ReadAll(results)
            from cell in plan.Cells
            let run = plan.ExportNameOf(cell)
            where run is not null && !File.Exists(results.Csv(run))
            select (Run: run, Cell: StoredCell.Read(results, cell));
        foreach (var (run, stored) in missing)
        {
            if (stored.IsComplete)
                ExportRow.Write(results, run, stored.Cell, stored.Epochs);
        }
    }

    /// <summary>Refuses to overwrite CSV files that are not exports of the same cells.</summary>
    private void CheckExports(ResultsFolder results, Plan[] plans)
    {
        if (results.EarlierRecords.Any())
            throw new UsageException($"'{request.Output}' has results of version 0.1; run convert --output {request.Output} first, or use another --output.");
        var strangers =
            from plan in plans
            from cell in plan.Cells
            where !File.Exists(results.Of(cell).Description) && plan.ExportNameOf(cell) is not null
            let path = results.Csv(plan.ExportNameOf(cell)!)
            where File.Exists(path)
            select path;
        var exports = plans.SelectMany(plan => plan.Cells.Select(cell => (Name: plan.ExportNameOf(cell), Cell: cell))).Where(export => export.Name is not null).Distinct();
        if (exports.GroupBy(export => export.Name).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
            throw new UsageException($"Several cells would be exported as '{twice}.csv'; the experiment's 'published.runName' must name everything that varies.");
        if (!request.Fresh && strangers.FirstOrDefault() is { } stranger)
            throw new UsageException($"'{stranger}' exists, but the results that it was exported from do not; use another --output, or --fresh to overwrite it.");
    }

    private SweepOutcome Train(
        ResultsFolder results, CellTrainer trainer, CellLabels labels, DatasetIdentity dataset, CellWork[] works, CancellationToken cancellationToken)
    {
        string part = request.Shard.Count == 1 ? "" : $"Shard {request.Shard}: ";
        if (works.Length == 0)
        {
            console.WriteLine($"{part}Everything is already trained; use --fresh to train it again.");
            return new SweepOutcome([], []);
        }

        int threads = request.Threads, parallel = Math.Min(works.Length, request.Parallel ?? Math.Max(1, Environment.ProcessorCount / threads));
        var recipes = works.Select(work => work.Cell.Recipe).DistinctBy(recipe => (recipe.Name, recipe.Epochs)).ToArray();
        string how = recipes is [var recipe] ? $"{recipe.Name} recipe, {recipe.EpochsInWords}" : FormattableString.Invariant($"{recipes.Length} recipes");
        console.WriteLine(FormattableString.Invariant(
            $"{part}{dataset.Name}, {dataset.TrainRows} training and {dataset.TestRows} test rows, {how}; {works.Length} to train, {parallel} at a time, {threads} thread{(threads == 1 ? "" : "s")} each."));
        var remaining = new RemainingTime(
            works.Select(work => KeyValuePair.Create(work.Cell, Math.Max(0, work.Cell.Recipe.Epochs - work.EpochsDone))), parallel, TimeProvider.System);
        var sweep = new Sweep(results, trainer, works, threads, parallel);
        var capabilities = console.Profile.Capabilities;
        return capabilities.Interactive && capabilities.Ansi && console.Profile.Out.IsTerminal
            ? LiveDisplay.Show(console, [.. works.Select(work => work.Cell)], labels, remaining, display => sweep.Run(display, cancellationToken))
            : sweep.Run(new PlainDisplay(console.Profile.Out.Writer, labels, remaining), cancellationToken);
    }
}
