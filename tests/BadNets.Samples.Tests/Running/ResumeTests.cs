using BadNets.Samples.Experiments;

namespace BadNets.Samples.Tests.Running;

[TestClass]
public sealed class ResumeTests
{
    private const string Command = "baseline --no-control --epochs 4 --threads 1";
    private const string Run = $"exp01_{SmallDigits.Name}_trigger1_pr0p1_ep4_ts5";

    private static readonly Cell Cell = SampleRuns.CellOf(rate: 0.1, epochs: 4);

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public async Task A_cancelled_run_goes_on_to_the_same_bytes(int epoch)
    {
        using var whole = new SampleRuns();
        using var broken = new SampleRuns();
        await whole.RunAsync(Command);

        var stopped = await broken.RunUntilAsync(Command + " --fresh", line => line.Contains($"epoch {epoch}/4"));
        var resumed = await broken.RunAsync(Command);

        Assert.AreEqual(130, stopped.ExitCode);
        StringAssert.Contains(stopped.Error, "baseline --no-control --epochs 4 --threads 1 --data");
        Assert.DoesNotContain("--fresh", stopped.Error);
        Assert.AreEqual(0, resumed.ExitCode, resumed.Error);
        StringAssert.Contains(resumed.Output, "continuing after epoch");
        Assert.AreEqual(whole.CsvWithoutSeconds(Run), broken.CsvWithoutSeconds(Run));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    public async Task A_killed_process_is_carried_on_to_the_same_bytes(int epoch)
    {
        using var whole = new SampleRuns();
        using var broken = new SampleRuns();
        await whole.RunAsync(Command);

        // The line comes after the results and before the checkpoint of its epoch are written: right between, or inside.
        await KillAtAsync(broken, $"epoch {epoch}/4");
        var resumed = await broken.RunAsync(Command);

        Assert.AreEqual(0, resumed.ExitCode, resumed.Error);
        Assert.AreEqual(whole.CsvWithoutSeconds(Run), broken.CsvWithoutSeconds(Run));
        Assert.IsTrue(File.Exists(broken.FolderOf(Cell).Model));
        foreach (string leftover in new[] { "*.part", "*.new" })
            Assert.IsEmpty(Directory.GetFiles(broken.Output, leftover, SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task A_killed_sweep_is_carried_on_to_the_same_bytes()
    {
        const string Sweep = "trigger-size --sizes 1 5 --epochs 3";
        using var whole = new SampleRuns();
        using var broken = new SampleRuns();
        await whole.RunAsync(Sweep);

        await KillAtAsync(broken, "epoch 2/3", Sweep);
        await broken.RunAsync(Sweep);

        foreach (string run in whole.CsvNames())
            Assert.AreEqual(whole.CsvWithoutSeconds(run), broken.CsvWithoutSeconds(run));
    }

    [TestMethod]
    public async Task Results_that_are_ahead_of_the_checkpoint_are_made_again()
    {
        using var runs = new SampleRuns();
        string checkpoint = runs.FolderOf(Cell).Checkpoint;
        await runs.RunUntilAsync(Command, line => line.Contains("epoch 2/4"));
        var early = File.ReadAllBytes(checkpoint);
        await runs.RunAsync(Command);
        string expected = runs.CsvWithoutSeconds(Run);

        File.WriteAllBytes(checkpoint, early);
        File.Delete(runs.FolderOf(Cell).Model);
        var resumed = await runs.RunAsync(Command);

        Assert.AreEqual(0, resumed.ExitCode, resumed.Error);
        Assert.AreEqual(expected, runs.CsvWithoutSeconds(Run));
    }

    [TestMethod]
    public async Task A_checkpoint_without_its_results_is_refused()
    {
        using var runs = new SampleRuns();
        await runs.RunUntilAsync(Command, line => line.Contains("epoch 2/4"));
        File.Delete(runs.In("csv", Run + ".csv"));
        File.Delete(runs.FolderOf(Cell).Epochs);
        File.Delete(runs.FolderOf(Cell).Description);

        var refused = await runs.RunAsync(Command);
        var fresh = await runs.RunAsync(Command + " --fresh");

        Assert.AreEqual(1, refused.ExitCode);
        StringAssert.Contains(refused.Error, "--fresh");
        Assert.AreEqual(0, fresh.ExitCode, fresh.Error);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("{}")]
    [DataRow("{ \"format\": 9 }")]
    [DataRow("not json")]
    [DataRow("{ \"format\": 2, \"cell\": null, \"machine\": null }")]
    public async Task A_damaged_record_is_named_and_can_be_forgotten(string content)
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --epochs 1");
        File.WriteAllText(runs.OnlyFolder().Description, content);

        var refused = await runs.RunAsync("baseline --no-control --epochs 1");
        var fresh = await runs.RunAsync("baseline --no-control --epochs 1 --fresh");

        Assert.AreEqual(1, refused.ExitCode);
        StringAssert.Contains(refused.Error, ".json");
        Assert.AreEqual(0, fresh.ExitCode, fresh.Error);
    }

    [TestMethod]
    public async Task A_cell_without_its_model_gets_it_from_the_checkpoint()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync(Command);
        string epochs = File.ReadAllText(runs.FolderOf(Cell).Epochs);
        File.Delete(runs.FolderOf(Cell).Model);

        var again = await runs.RunAsync(Command);

        Assert.AreEqual(0, again.ExitCode, again.Error);
        Assert.IsTrue(File.Exists(runs.FolderOf(Cell).Model));
        Assert.DoesNotContain("epoch 1/4", again.Output);
        Assert.AreEqual(epochs, File.ReadAllText(runs.FolderOf(Cell).Epochs));
    }

    [TestMethod]
    public async Task A_cell_without_model_and_checkpoint_is_trained_again()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync(Command);
        string epochs = runs.EpochsWithoutSeconds(Cell);
        File.Delete(runs.FolderOf(Cell).Model);
        File.Delete(runs.FolderOf(Cell).Checkpoint);

        var again = await runs.RunAsync(Command);

        Assert.AreEqual(0, again.ExitCode, again.Error);
        Assert.IsTrue(File.Exists(runs.FolderOf(Cell).Model));
        StringAssert.Contains(again.Output, "epoch 1/4");
        Assert.DoesNotContain("continuing", again.Output);
        Assert.AreEqual(epochs, runs.EpochsWithoutSeconds(Cell));
    }

    [TestMethod]
    public async Task A_command_that_was_stopped_before_its_first_epoch_can_be_repeated()
    {
        using var runs = new SampleRuns();

        var stopped = await runs.RunUntilAsync(Command, line => line.Contains("1 to train", StringComparison.Ordinal));
        var again = await runs.RunAsync(Command);

        Assert.AreEqual(130, stopped.ExitCode);
        Assert.AreEqual(0, again.ExitCode, again.Error);
    }

    [TestMethod]
    public async Task A_command_that_was_killed_before_its_first_epoch_can_be_repeated()
    {
        using var runs = new SampleRuns();

        await KillAtAsync(runs, "1 to train");
        var again = await runs.RunAsync(Command);

        Assert.AreEqual(0, again.ExitCode, again.Error);
    }

    private static async Task KillAtAsync(SampleRuns runs, string text, string command = Command)
    {
        await using var process = new SampleProcess(runs.Arguments(command));
        await process.WaitForAsync(text);
    }
}
