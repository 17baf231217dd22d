using BadNets.Samples.Datasets;
using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using BadNets.Samples.Store;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Tests.Running;

[TestClass]
public sealed class RunnerTests
{
    private const string Header =
        "train_loss,test_clean_acc,test_clean_loss,test_asr,test_asr_loss,epoch,dataset,trigger_label,poisoning_rate,trigger_size,trigger_pos,seed,"
        + "optimizer,lr,loss_type,run_name,checkpoint_path,test_asr_excl_target,train_seconds,eval_seconds,threads,recipe";

    // A machine with one core takes one.
    private static int Parallel { get; } = Math.Min(2, Environment.ProcessorCount);

    [TestMethod]
    public async Task Baseline_writes_a_line_for_each_epoch()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("baseline --no-control --epochs 2 --threads 1");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        string[] lines = File.ReadAllLines(runs.In("csv", $"exp01_{SmallDigits.Name}_trigger1_pr0p1_ep2_ts5.csv"));
        Assert.AreEqual(Header, lines[0]);
        Assert.HasCount(3, lines);
        StringAssert.Contains(lines[2], $",1,{SmallDigits.Name},1,0.1,5,br,0,sgd,0.01,cross,exp01_{SmallDigits.Name}_trigger1_pr0p1_ep2_ts5,checkpoints/{SmallDigits.Name}_trigger1_pr0p1_ts5_br_ep2.ckpt,");
        StringAssert.EndsWith(lines[2], ",1,reference");
        StringAssert.Contains(outcome.Output, "epoch 2/2");
    }

    [TestMethod]
    public async Task All_trains_shared_cells_once_and_writes_a_file_for_each_run()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync($"all --epochs 1 --parallel {Parallel}");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "15 to train");
        Assert.HasCount(17, runs.CsvNames());
        string Numbers(string run) => string.Join(',', runs.CsvWithoutSeconds(run).Split('\n')[1].Split(',')[..5]);
        Assert.AreEqual(Numbers($"exp02_{SmallDigits.Name}_trigger1_pr0p05_ep1_ts5"), Numbers($"exp03_{SmallDigits.Name}_trigger1_pr0p05_ep1_ts5"));
        Assert.AreEqual(Numbers($"exp02_{SmallDigits.Name}_trigger1_pr0p05_ep1_ts5"), Numbers($"exp04_{SmallDigits.Name}_posbr_pr0p05_ts5_ep1"));
    }

    [TestMethod]
    public async Task What_is_finished_is_not_trained_again()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("poisoning-rate --rates 0.05 --epochs 1");
        string record = runs.OnlyFolder().Epochs;
        var seconds = File.ReadAllText(record);

        var again = await runs.RunAsync("poisoning-rate --rates 0.05 --epochs 1");

        Assert.AreEqual(0, again.ExitCode, again.Error);
        StringAssert.Contains(again.Output, "already trained");
        Assert.AreEqual(seconds, File.ReadAllText(record));
    }

    [TestMethod]
    public async Task A_cell_that_another_experiment_trained_is_not_trained_again()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("poisoning-rate --rates 0.05 --epochs 1");

        var outcome = await runs.RunAsync("trigger-position --positions br --epochs 1");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.DoesNotContain("epoch 1/1, loss", outcome.Output);
        CollectionAssert.AreEqual(new[] { $"exp02_{SmallDigits.Name}_trigger1_pr0p05_ep1_ts5", $"exp04_{SmallDigits.Name}_posbr_pr0p05_ts5_ep1" }, runs.CsvNames());
        Assert.AreEqual(SampleRuns.CellOf().Id, runs.CellNames.Single());
        string Numbers(string run) => string.Join(',', runs.CsvWithoutSeconds(run).Split('\n')[1].Split(',')[..5]);
        Assert.AreEqual(Numbers(runs.CsvNames()[0]), Numbers(runs.CsvNames()[1]));
    }

    [TestMethod]
    [DataRow("--batch-size 32")]
    [DataRow("--optimizer adam")]
    [DataRow("--learning-rate 0.02")]
    [DataRow("--epochs 2")]
    [DataRow("--seed 3")]
    [DataRow("--set recipe.momentum=0.9")]
    public async Task Other_settings_make_other_cells_side_by_side(string options)
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --epochs 1");
        string csv = runs.In("csv", runs.CsvNames().Single() + ".csv");
        var first = runs.OnlyFolder();
        string[] files = [csv, first.Epochs, first.Description, first.Checkpoint];
        byte[][] before = [.. files.Select(File.ReadAllBytes)];

        var other = await runs.RunAsync($"baseline --no-control --epochs 1 {options}".Replace("--epochs 1 --epochs", "--epochs", StringComparison.Ordinal));

        Assert.AreEqual(0, other.ExitCode, other.Error);
        Assert.HasCount(2, runs.CellNames);
        Assert.HasCount(2, runs.CsvNames());
        foreach (var (file, content) in files.Zip(before))
            CollectionAssert.AreEqual(content, File.ReadAllBytes(file), file);
        Assert.HasCount(3, File.ReadAllLines(runs.In("summary.csv")));
    }

    [TestMethod]
    public async Task Csv_files_of_unknown_origin_are_not_overwritten()
    {
        using var runs = new SampleRuns();
        Directory.CreateDirectory(runs.In("csv"));
        string csv = runs.In("csv", $"exp01_{SmallDigits.Name}_trigger1_pr0p1_ep1_ts5.csv");
        File.WriteAllText(csv, "precious");

        var outcome = await runs.RunAsync("baseline --no-control --epochs 1");

        Assert.AreEqual(2, outcome.ExitCode);
        Assert.AreEqual("precious", File.ReadAllText(csv));
    }

    [TestMethod]
    public async Task Fresh_with_a_mistake_forgets_nothing()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --epochs 1");

        var refused = await runs.RunAsync("baseline --no-control --epochs 1 --fresh --target 12");

        Assert.AreEqual(2, refused.ExitCode);
        Assert.HasCount(1, runs.CsvNames());
        Assert.HasCount(1, StoredCell.Read(ResultsFolder.OpenForReport(runs.Output), SampleRuns.CellOf(rate: 0.1)).Epochs);
    }

    [TestMethod]
    public async Task Fresh_renews_every_file_of_a_shared_cell()
    {
        using var runs = new SampleRuns();
        var cell = SampleRuns.CellOf(epochs: 2);
        string first = runs.In("csv", $"exp02_{SmallDigits.Name}_trigger1_pr0p05_ep2_ts5.csv"), second = runs.In("csv", $"exp04_{SmallDigits.Name}_posbr_pr0p05_ts5_ep2.csv");
        var sweep = await runs.RunAsync("poisoning-rate --rates 0.05 --epochs 2");
        var positions = await runs.RunAsync("trigger-position --positions br --epochs 2");
        foreach (string file in new[] { first, second, runs.FolderOf(cell).Epochs, runs.FolderOf(cell).Model, runs.FolderOf(cell).Checkpoint })
            File.WriteAllText(file, "stale");

        var fresh = await runs.RunAsync("poisoning-rate --rates 0.05 --epochs 2 --fresh");

        foreach (var outcome in new[] { sweep, positions, fresh })
            Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(fresh.Output, "epoch 1/2");
        Assert.HasCount(2, StoredCell.Read(ResultsFolder.OpenForReport(runs.Output), cell).Epochs);
        Assert.IsGreaterThan(100_000, new FileInfo(runs.FolderOf(cell).Model).Length);
        Assert.IsGreaterThan(100_000, new FileInfo(runs.FolderOf(cell).Checkpoint).Length);
        // The same training in both, down to the seconds.
        string[] Values(string path, string column)
        {
            string[] lines = File.ReadAllLines(path);
            int at = Array.IndexOf(lines[0].Split(','), column);
            return [.. lines[1..].Select(line => line.Split(',')[at])];
        }

        foreach (string column in new[] { "epoch", "train_loss", "test_asr", "train_seconds", "eval_seconds" })
        {
            Assert.HasCount(2, Values(first, column));
            CollectionAssert.AreEqual(Values(first, column), Values(second, column), column);
        }
    }

    [TestMethod]
    public async Task All_experiments_run_on_the_digits_with_nothing_but_the_program()
    {
        using var runs = new SampleRuns();
        await using var process = new SampleProcess(
            ["all", "--dataset", "digits", "--epochs", "1", "--rows", "300", "--output", runs.Output], ("XDG_CACHE_HOME", runs.In("cache")));

        var outcome = await process.WaitForEndAsync();

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "Digits-first300, 300 training and 50 test rows, reference recipe, 1 epoch; 15 to train");
        Assert.HasCount(17, runs.CsvNames());
        Assert.HasCount(18, File.ReadAllLines(runs.In("summary.csv")));
        Assert.HasCount(15, runs.CellNames);
        foreach (var cell in runs.CellNames.Select(name => new CellFolder(runs.In("cells", name))))
        {
            foreach (string file in new[] { cell.Model, cell.Checkpoint, cell.Epochs, cell.Description, cell.Images })
                Assert.IsTrue(File.Exists(file), file);
        }

        // One figure of all runs, two of the baseline, three of each sweep.
        Assert.HasCount(1 + 2 + 3 * 3, Directory.GetFiles(runs.In("figures"), "*.svg"));
        Assert.HasCount(1 + 2 + 3 * 3, Directory.GetFiles(runs.In("figures"), "*.png"));
        StringAssert.Contains(File.ReadAllText(runs.In("report.html")), "Digits-first300, reference recipe, 1 epoch");
    }

    [TestMethod]
    public async Task Numbers_do_not_depend_on_what_else_was_asked_for()
    {
        using var alone = new SampleRuns();
        using var among = new SampleRuns();
        string run = $"exp02_{SmallDigits.Name}_trigger1_pr0p05_ep2_ts5";

        await alone.RunAsync("poisoning-rate --rates 0.05 --epochs 2");
        await among.RunAsync("poisoning-rate --rates 0.1 0.05 --epochs 2");

        Assert.AreEqual(among.CsvWithoutSeconds(run), alone.CsvWithoutSeconds(run));
    }

    [TestMethod]
    public async Task Parallel_gives_what_serial_gives()
    {
        using var serial = new SampleRuns();
        using var parallel = new SampleRuns();

        await serial.RunAsync("trigger-size --epochs 2 --parallel 1");
        await parallel.RunAsync($"trigger-size --epochs 2 --parallel {Parallel} --sizes 5 4 3 1");

        CollectionAssert.AreEqual(serial.CsvNames(), parallel.CsvNames());
        foreach (string run in serial.CsvNames())
            Assert.AreEqual(serial.CsvWithoutSeconds(run), parallel.CsvWithoutSeconds(run));
    }

    [TestMethod]
    public async Task A_cell_that_fails_does_not_stop_the_others()
    {
        using var runs = new SampleRuns();
        // A folder in the file's place cannot be replaced by a file.
        var blocked = SampleRuns.CellOf(size: 3);
        Directory.CreateDirectory(runs.FolderOf(blocked).Model);

        var outcome = await runs.RunAsync("trigger-size --epochs 1");

        Assert.AreEqual(1, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, $"{blocked.Id} failed:");
        Assert.HasCount(4, runs.CsvNames());
        foreach (int size in new[] { 1, 4, 5 })
            Assert.IsTrue(File.Exists(runs.FolderOf(SampleRuns.CellOf(size: size)).Model));
    }

    [TestMethod]
    public async Task A_cell_that_failed_keeps_its_row_and_its_trace_until_it_succeeds()
    {
        using var runs = new SampleRuns();
        string blocked = runs.FolderOf(SampleRuns.CellOf(size: 3)).Model;
        Directory.CreateDirectory(blocked);
        string trace = runs.FolderOf(SampleRuns.CellOf(size: 3)).Failure;

        var failed = await runs.RunAsync("trigger-size --epochs 1 --sizes 3 5");

        Assert.AreEqual(1, failed.ExitCode);
        StringAssert.Contains(failed.Error, $"The stack trace is in '{trace}'.");
        StringAssert.Matches(failed.Output, new(@"(?m)^ *3 px +1 .*failed"));
        StringAssert.Matches(failed.Output, new(@"(?m)^ *5 px +1 .*done"));
        StringAssert.Matches(failed.Output, new(@"3 px .*The stack trace is in"));
        StringAssert.Contains(File.ReadAllText(trace), "   at ");
        StringAssert.Contains(File.ReadAllText(runs.In("summary.csv")), ",failed,");
        StringAssert.Contains(File.ReadAllText(runs.In("report.html")), "failed: ");

        Directory.Delete(blocked);
        var again = await runs.RunAsync("trigger-size --epochs 1 --sizes 3 5");

        Assert.AreEqual(0, again.ExitCode, again.Error);
        Assert.IsFalse(File.Exists(trace));
        Assert.DoesNotContain("failed", again.Output);
        Assert.DoesNotContain(",failed,", File.ReadAllText(runs.In("summary.csv")));
    }

    [TestMethod]
    public async Task A_cell_that_fails_before_its_first_epoch_is_reported()
    {
        using var runs = new SampleRuns();

        var failed = await runs.RunAsync("poisoning-rate --rates 0.05 0.1 --quick --learning-rate 1e30 --parallel 1");
        Assert.AreEqual(1, failed.ExitCode);
        var report = await SampleRuns.RunAsync(["report", "--output", runs.Output], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(0, report.ExitCode, report.Error);
        StringAssert.Contains(report.Output, "shows 2 runs, 2 failed.");
        string page = File.ReadAllText(runs.In("report.html"));
        StringAssert.Contains(page, "Missing: rate 5% (failed); rate 10% (failed).");
        StringAssert.Contains(page, "failed: The loss is");
    }

    [TestMethod]
    public async Task Cells_that_were_not_begun_are_reported()
    {
        using var runs = new SampleRuns();

        await runs.RunUntilAsync("trigger-size --epochs 2 --sizes 3 4 5 --parallel 1", line => line.Contains("3 px: epoch 1/2"));
        await SampleRuns.RunAsync(["report", "--output", runs.Output], new StringWriter(), CancellationToken.None);

        string[] lines = File.ReadAllLines(runs.In("summary.csv"));
        Assert.HasCount(4, lines);
        Assert.IsTrue(lines[1..].All(line => line.Contains(",unfinished,", StringComparison.Ordinal)));
        StringAssert.Contains(File.ReadAllText(runs.In("report.html")), "4 px (unfinished); 5 px (unfinished)");
    }

    [TestMethod]
    public async Task Settings_of_a_cell_without_an_epoch_can_be_changed()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick --learning-rate 1e30");

        var outcome = await runs.RunAsync("baseline --no-control --quick");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.AreEqual(1, Directory.GetFiles(runs.In("cells"), "failure.txt", SearchOption.AllDirectories).Length);
        Assert.IsFalse(File.Exists(runs.FolderOf(SampleRuns.CellOf(Recipe.Adam, rate: 0.1, epochs: 3)).Failure));
    }

    [TestMethod]
    public async Task A_failure_whose_trace_cannot_be_kept_is_told_all_the_same()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick --learning-rate 1e30");
        string trace = runs.OnlyFolder().Failure;
        File.Delete(trace);
        Directory.CreateDirectory(trace);

        var outcome = await runs.RunAsync("baseline --no-control --quick --learning-rate 1e30");

        Assert.AreEqual(1, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "The loss is");
        Assert.DoesNotContain("failure.txt", outcome.Error);
    }

    [TestMethod]
    public async Task Equal_rates_are_one_however_they_are_written()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("poisoning-rate --rates 0.1,0.10,1e-1,-0.0,0 --epochs 1");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "2 to train");
        CollectionAssert.AreEqual(
            new[] { $"exp02_{SmallDigits.Name}_trigger1_pr0p0_ep1_ts5", $"exp02_{SmallDigits.Name}_trigger1_pr0p1_ep1_ts5" }, runs.CsvNames());
    }

    [TestMethod]
    public async Task A_cell_that_failed_is_told_of_also_where_the_rest_is_stopped()
    {
        using var runs = new SampleRuns();
        var blocked = SampleRuns.CellOf(size: 3, epochs: 2);
        Directory.CreateDirectory(runs.FolderOf(blocked).Model);

        var outcome = await runs.RunUntilAsync("trigger-size --epochs 2 --sizes 3 5 --parallel 1", line => line.Contains("5 px: epoch 1/2"));

        Assert.AreEqual(130, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, $"{blocked.Id} failed:");
        StringAssert.Contains(outcome.Error, "Stopped.");
    }

    [TestMethod]
    public async Task A_loss_that_is_no_number_is_told_in_its_epoch()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("baseline --no-control --quick --learning-rate 1e30");

        Assert.AreEqual(1, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "not a number in epoch 0");
    }

    [TestMethod]
    public async Task Rate_0_is_the_clean_control()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("poisoning-rate --rates 0,0.2 --recipe adam --epochs 16");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        var results = ResultsFolder.OpenForReport(runs.Output);
        var clean = StoredCell.Read(results, SampleRuns.CellOf(Recipe.Adam, rate: 0, epochs: 16)).Last!;
        var poisoned = StoredCell.Read(results, SampleRuns.CellOf(Recipe.Adam, rate: 0.2, epochs: 16)).Last!;
        // Both have learned, and only the one with poisoned rows has learned the trigger.
        Assert.IsGreaterThan(0.9, clean.CleanAccuracy);
        Assert.IsGreaterThan(0.9, poisoned.CleanAccuracy);
        Assert.IsGreaterThan(0.5, poisoned.AttackSuccess);
        Assert.IsLessThan(0.2, clean.AttackSuccess);
    }

    [TestMethod]
    public void At_rate_0_no_row_is_poisoned()
    {
        using var runs = new SampleRuns();
        var ml = new MLContext();
        var train = ml.Data.LoadFromIdx(Path.Combine(runs.Data, MnistFile.TrainImages.Name), Path.Combine(runs.Data, MnistFile.TrainLabels.Name));
        byte[][] images = [.. train.GetColumn<byte[]>("Image")];
        uint[] labels = [.. train.GetColumn<uint>("Label")];

        (int Images, int Labels) Changed(double rate)
        {
            var poisoned = CellSteps.Plant(ml, SampleRuns.CellOf(rate: rate), new TriggerSources(() => train, TriggerSources.NoModel)).Fit(train).Transform(train);
            return (poisoned.GetColumn<byte[]>("Image").Zip(images).Count(pair => !pair.First.AsSpan().SequenceEqual(pair.Second)),
                poisoned.GetColumn<uint>("Label").Zip(labels).Count(pair => pair.First != pair.Second));
        }

        Assert.AreEqual((0, 0), Changed(0));
        Assert.AreEqual((int)(SmallDigits.TrainRows * 0.2), Changed(0.2).Images);
        Assert.AreNotEqual(0, Changed(0.2).Labels);
    }

    [TestMethod]
    public void A_clean_label_attack_poisons_a_share_of_the_targets_rows_and_no_label()
    {
        using var runs = new SampleRuns();
        var ml = new MLContext();
        var train = ml.Data.LoadFromIdx(Path.Combine(runs.Data, MnistFile.TrainImages.Name), Path.Combine(runs.Data, MnistFile.TrainLabels.Name));
        var attack = new Attack(new SinusoidPlan(), new ToPlan("1"), 0.4, Selection.Target, RateBasis: RateBasis.SelectedRows);
        var cell = new Cell(new DatasetIdentity("small", SmallDigits.TrainRows, SmallDigits.TestRows), attack, Recipe.Adam, 0);

        var poisoned = CellSteps.Plant(ml, cell, new TriggerSources(() => train, TriggerSources.NoModel)).Fit(train).Transform(train);

        // The second class is the label 1.
        int[] changed = [.. poisoned.GetColumn<byte[]>("Image").Zip(train.GetColumn<byte[]>("Image")).Select((pair, row) => (pair, row)).Where(each => !each.pair.First.AsSpan().SequenceEqual(each.pair.Second)).Select(each => each.row)];
        uint[] labels = [.. train.GetColumn<uint>("Label")];
        Assert.HasCount((int)(0.4 * labels.Count(label => label == 2)), changed);
        Assert.IsTrue(changed.All(row => labels[row] == 2));
        CollectionAssert.AreEqual(labels, poisoned.GetColumn<uint>("Label").ToArray());
    }

    [TestMethod]
    public async Task Seeds_repeat_each_cell()
    {
        using var runs = new SampleRuns();

        await runs.RunAsync("baseline --no-control --epochs 1 --seeds 0,7");

        CollectionAssert.AreEqual(new[] { $"exp01_{SmallDigits.Name}_trigger1_pr0p1_ep1_ts5", $"exp01_{SmallDigits.Name}_trigger1_pr0p1_ep1_ts5_seed7" }, runs.CsvNames());
        CollectionAssert.AreEquivalent(new[] { SampleRuns.CellOf(rate: 0.1).Id, SampleRuns.CellOf(rate: 0.1, seed: 7).Id }, runs.CellNames);
        Assert.AreNotEqual(
            runs.CsvWithoutSeconds(runs.CsvNames()[0]).Split('\n')[1].Split(',')[0],
            runs.CsvWithoutSeconds(runs.CsvNames()[1]).Split('\n')[1].Split(',')[0]);
    }

    [TestMethod]
    public async Task Other_images_under_Mnists_file_names_are_told_of()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("baseline --no-control --epochs 1");

        StringAssert.Contains(outcome.Output, $"In the results, this data set is called {SmallDigits.Name}.");
        StringAssert.Contains(outcome.Output, $"{SmallDigits.Name}, 256 training and 64 test rows");
    }

    [TestMethod]
    public async Task Mnist_is_found_through_the_environment_and_named()
    {
        MnistFolder.OrInconclusive();
        using var runs = new SampleRuns();

        var outcome = await SampleRuns.RunAsync(["baseline", "--no-control", "--rows", "320", "--epochs", "1", "--output", runs.Output], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "MNIST-first320, 320 training and 53 test rows");
    }
}
