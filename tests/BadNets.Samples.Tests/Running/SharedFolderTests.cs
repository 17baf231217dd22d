using BadNets.Samples.Store;

namespace BadNets.Samples.Tests.Running;

/// <summary>Several processes in one folder.</summary>
[TestClass]
public sealed class SharedFolderTests
{
    private const string Sweep = "trigger-size --epochs 2 --parallel 1";

    [TestMethod]
    public async Task Shards_give_together_what_one_process_gives()
    {
        using var whole = new SampleRuns();
        using var shared = new SampleRuns();
        await whole.RunAsync(Sweep);

        var first = await shared.RunAsync(Sweep + " --shard 1/2");
        string[] half = shared.CellNames.Where(cell => File.Exists(new CellFolder(shared.In("cells", cell)).Model)).ToArray();
        string[] summary = File.ReadAllLines(shared.In("summary.csv"));
        var second = await shared.RunAsync(Sweep + " --shard 2/2");

        Assert.AreEqual(0, first.ExitCode, first.Error);
        Assert.AreEqual(0, second.ExitCode, second.Error);
        StringAssert.Contains(first.Output, "Shard 1/2: ");
        Assert.HasCount(2, half);
        // The report of one shard knows the cells of the other.
        Assert.HasCount(5, summary);
        Assert.HasCount(2, summary.Where(line => line.Contains(",done,", StringComparison.Ordinal)));
        Assert.HasCount(2, summary.Where(line => line.Contains(",unfinished,", StringComparison.Ordinal)));
        CollectionAssert.AreEqual(whole.CellNames, shared.CellNames);
        CollectionAssert.AreEqual(whole.CsvNames(), shared.CsvNames());
        foreach (string run in whole.CsvNames())
            Assert.AreEqual(whole.CsvWithoutSeconds(run), shared.CsvWithoutSeconds(run));
        foreach (int size in new[] { 1, 3, 4, 5 })
        {
            var cell = SampleRuns.CellOf(size: size, epochs: 2);
            Assert.AreEqual(whole.EpochsWithoutSeconds(cell), shared.EpochsWithoutSeconds(cell));
            CollectionAssert.AreEqual(File.ReadAllBytes(whole.FolderOf(cell).Checkpoint), File.ReadAllBytes(shared.FolderOf(cell).Checkpoint));
        }
    }

    [TestMethod]
    public async Task A_shard_comes_from_the_environment_of_a_job_array()
    {
        using var runs = new SampleRuns();
        await using var task = new SampleProcess(
            runs.Arguments(Sweep), ("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_COUNT", "4"), ("SLURM_ARRAY_TASK_MIN", "0"), ("SLURM_ARRAY_TASK_MAX", "3"));

        var outcome = await task.WaitForEndAsync();

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "Shard 4/4: ");
        CollectionAssert.AreEqual(new[] { SampleRuns.CellOf(size: 5, epochs: 2).Id }, runs.CellNames);
    }

    [TestMethod]
    public async Task More_shards_than_cells_leave_some_with_nothing_to_do()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("baseline --no-control --epochs 1 --shard 2/2");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.IsEmpty(runs.CellNames);
    }

    [TestMethod]
    public async Task Two_processes_with_one_command_share_the_cells()
    {
        const string Command = "trigger-size --epochs 12 --parallel 1";
        using var runs = new SampleRuns();
        await using var first = new SampleProcess(runs.Arguments(Command));
        await using var second = new SampleProcess(runs.Arguments(Command));

        SampleOutcome[] outcomes = await Task.WhenAll(first.WaitForEndAsync(), second.WaitForEndAsync());

        foreach (var outcome in outcomes)
            Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.HasCount(4, runs.CellNames);
        foreach (int size in new[] { 1, 3, 4, 5 })
        {
            var folder = runs.FolderOf(SampleRuns.CellOf(size: size, epochs: 12));
            Assert.IsTrue(File.Exists(folder.Model), folder.Path);
            Assert.IsFalse(File.Exists(folder.Failure), folder.Path);
            // Each epoch of each cell was trained by one of them only.
            for (int epoch = 1; epoch <= 12; epoch++)
                Assert.HasCount(1, outcomes.SelectMany(outcome => outcome.Output.Split('\n')).Where(line => line.StartsWith($"{size} px: epoch {epoch}/12,", StringComparison.Ordinal)), $"size {size}, epoch {epoch}");
        }

        Assert.HasCount(5, File.ReadAllLines(runs.In("summary.csv")));
    }

    [TestMethod]
    public async Task A_cell_in_training_is_skipped_by_others_reported_and_not_forgotten()
    {
        using var runs = new SampleRuns();
        var busy = SampleRuns.CellOf(rate: 0.1, epochs: 100_000);
        await using var first = new SampleProcess(runs.Arguments("poisoning-rate --rates 0.1 --epochs 100000"));
        await first.WaitForAsync("epoch 2/");
        await runs.RunAsync("poisoning-rate --rates 0.2 --epochs 2");
        var done = SampleRuns.CellOf(rate: 0.2, epochs: 2);
        string before = File.ReadAllText(runs.FolderOf(done).Epochs);

        var same = await runs.RunAsync("poisoning-rate --rates 0.1 --epochs 100000");
        var report = await runs.ReportAsync();
        var fresh = await runs.RunAsync("poisoning-rate --rates 0.1 --epochs 100000 --fresh");
        await first.WaitForAsync("epoch");

        Assert.AreEqual(0, same.ExitCode, same.Error);
        StringAssert.Contains(same.Output, "another process is training it");
        Assert.AreEqual(0, report.ExitCode, report.Error);
        StringAssert.Contains(report.Output, "shows 2 runs, 1 unfinished.");
        Assert.AreEqual(2, fresh.ExitCode);
        StringAssert.Contains(fresh.Error, $"Another process is training '{busy.Id}'");
        Assert.IsGreaterThan(1, StoredCell.Read(ResultsFolder.OpenForReport(runs.Output), busy).Epochs.Count);
        Assert.AreEqual(before, File.ReadAllText(runs.FolderOf(done).Epochs));
    }

    [TestMethod]
    public async Task Fresh_deletes_no_cell_when_another_is_in_training()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("trigger-size --sizes 3,4 --epochs 1");
        var results = ResultsFolder.OpenForReport(runs.Output);
        using (CellLock.TryTake(results.Of(SampleRuns.CellOf(size: 4))))
        {
            var refused = await runs.RunAsync("trigger-size --sizes 3,4 --epochs 1 --fresh");

            Assert.AreEqual(2, refused.ExitCode);
        }

        Assert.HasCount(1, StoredCell.Read(results, SampleRuns.CellOf(size: 3)).Epochs);
        Assert.IsTrue(File.Exists(runs.FolderOf(SampleRuns.CellOf(size: 3)).Model));
    }
}
