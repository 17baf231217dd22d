using System.Text.Json.Nodes;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;

namespace BadNets.Samples.Tests.Store;

[TestClass]
public sealed class ConversionTests : IDisposable
{
    private static readonly Cell Whole = SampleRuns.CellOf(rate: 0.1, epochs: 4), Stopped = SampleRuns.CellOf(rate: 0.2, epochs: 4);

    private readonly SampleRuns _runs = new();

    public ConversionTests() => EarlierResults.WriteTo(_runs.Output);

    public void Dispose() => _runs.Dispose();

    [TestMethod]
    public async Task Earlier_results_are_reported_with_the_same_numbers_before_and_after()
    {
        var before = await _runs.ReportAsync();
        string[] summaryBefore = File.ReadAllLines(_runs.In("summary.csv"));
        var converted = await ConvertAsync();
        string[] summaryAfter = File.ReadAllLines(_runs.In("summary.csv"));

        foreach (var outcome in new[] { before, converted })
            Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(before.Output, "shows 2 runs, 1 unfinished");
        StringAssert.Contains(converted.Output, "Converted 2 training runs");
        CollectionAssert.AreEqual(summaryBefore, summaryAfter);
        string[] header = summaryAfter[0].Split(','), whole = EarlierResults.WholeCsv.TrimEnd('\n').Split('\n');
        string Recorded(string column) => whole[^1].Split(',')[Array.IndexOf(whole[0].Split(','), column)];
        string Reported(string column) => summaryAfter.Single(line => line.StartsWith(EarlierResults.Whole + ",", StringComparison.Ordinal)).Split(',')[Array.IndexOf(header, column)];
        Assert.AreEqual(Recorded("test_clean_acc"), Reported("final_tca"));
        Assert.AreEqual(Recorded("test_asr"), Reported("final_asr"));
        Assert.AreEqual(Recorded("test_asr_excl_target"), Reported("final_asr_excl_target"));
        Assert.AreEqual("4", Reported("epochs_done"));
        Assert.AreEqual("exp02", Reported("experiment"));
    }

    [TestMethod]
    public async Task Files_are_moved_to_their_cells()
    {
        byte[] checkpoint = File.ReadAllBytes(_runs.In("checkpoints", $"{SmallDigits.Name}_trigger1_pr0p2_ts5_br_ep4.ckpt"));
        string csv = File.ReadAllText(_runs.In("csv", EarlierResults.Whole + ".csv"));

        await ConvertAsync();

        CollectionAssert.AreEquivalent(new[] { Whole.Id, Stopped.Id }, _runs.CellNames);
        CollectionAssert.AreEqual(checkpoint, File.ReadAllBytes(_runs.FolderOf(Stopped).Checkpoint));
        Assert.AreEqual("the model", File.ReadAllText(_runs.FolderOf(Whole).Model));
        Assert.AreEqual(csv, File.ReadAllText(_runs.In("csv", EarlierResults.Whole + ".csv")));
        Assert.IsEmpty(Directory.GetFiles(_runs.In("runs")));
        Assert.IsEmpty(Directory.GetFiles(_runs.In("checkpoints")));
        Assert.IsEmpty(Directory.GetFiles(_runs.In("models")));
    }

    [TestMethod]
    public async Task A_stopped_training_continues_to_the_numbers_of_the_earlier_version()
    {
        await ConvertAsync();

        var outcome = await _runs.RunAsync(EarlierResults.Command);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "1 to train");
        StringAssert.Contains(outcome.Output, "rate 20%: continuing after epoch 2 of 4");
        EarlierResults.AssertEqual(EarlierResults.ContinuedCsv, File.ReadAllText(_runs.In("csv", EarlierResults.Stopped + ".csv")));
        EarlierResults.AssertEqual(EarlierResults.WholeCsv, File.ReadAllText(_runs.In("csv", EarlierResults.Whole + ".csv")));
        // The finished cell is not changed.
        Assert.AreEqual("the model", File.ReadAllText(_runs.FolderOf(Whole).Model));
    }

    [TestMethod]
    public async Task A_conversion_that_was_stopped_can_be_repeated()
    {
        // A folder with the name of the checkpoint makes the first attempt fail.
        Directory.CreateDirectory(_runs.FolderOf(Stopped).Checkpoint);
        var stopped = await ConvertAsync();
        Directory.Delete(_runs.FolderOf(Stopped).Checkpoint);

        var again = await ConvertAsync();

        Assert.AreEqual(1, stopped.ExitCode, stopped.Error);
        Assert.AreEqual(0, again.ExitCode, again.Error);
        Assert.IsTrue(File.Exists(_runs.FolderOf(Stopped).Checkpoint));
        Assert.HasCount(2, StoredCell.Read(ResultsFolder.OpenForReport(_runs.Output), Stopped).Epochs);
    }

    [TestMethod]
    public async Task Training_in_an_unconverted_folder_is_rejected()
    {
        var refused = await _runs.RunAsync(EarlierResults.Command);
        var fresh = await _runs.RunAsync(EarlierResults.Command + " --fresh");

        foreach (var outcome in new[] { refused, fresh })
        {
            Assert.AreEqual(2, outcome.ExitCode, outcome.Error);
            StringAssert.Contains(outcome.Error, $"has results of version 0.1; run convert --output {_runs.Output} first");
        }

        Assert.IsEmpty(_runs.CellNames);
        Assert.HasCount(2, Directory.GetFiles(_runs.In("runs")));
    }

    [TestMethod]
    public async Task A_folder_without_earlier_results_is_rejected()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --epochs 1");

        var nothing = await SampleRuns.RunAsync(["convert", "--output", runs.Output], new StringWriter(), CancellationToken.None);
        await ConvertAsync();
        var twice = await ConvertAsync();

        foreach (var outcome in new[] { nothing, twice })
        {
            Assert.AreEqual(2, outcome.ExitCode);
            StringAssert.Contains(outcome.Error, "no results of an earlier version");
        }
    }

    [TestMethod]
    public async Task Records_of_a_removed_experiment_are_converted_and_continued()
    {
        string record = _runs.In("runs", $"{SmallDigits.Name}_trigger1_pr0p2_ts5_br_ep4.json");
        File.WriteAllText(record, File.ReadAllText(record).Replace("exp02_", "exp77_", StringComparison.Ordinal));

        var report = await _runs.ReportAsync();
        var converted = await ConvertAsync();
        var outcome = await _runs.RunAsync("poisoning-rate --rates 0.2 --epochs 4");

        foreach (var each in new[] { report, converted })
            Assert.AreEqual(0, each.ExitCode, each.Error);
        // Its CSV file has the name of an experiment that no longer contains the cell.
        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "continuing after epoch 2 of 4");
    }

    [TestMethod]
    public async Task Results_of_a_removed_experiment_are_ignored()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --epochs 1");
        string plan = Directory.EnumerateFiles(runs.In("experiments")).Single();
        File.WriteAllText(plan, File.ReadAllText(plan).Replace("\"baseline\"", "\"gone\"", StringComparison.Ordinal));

        var report = await runs.ReportAsync();
        var again = await runs.RunAsync("baseline --no-control --epochs 1");
        File.Delete(plan);
        var without = await runs.RunAsync("baseline --no-control --epochs 1");

        foreach (var outcome in new[] { report, again, without })
            Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(report.Output, "shows 1 run.");
        StringAssert.Contains(again.Output, "already trained");
        StringAssert.Contains(without.Output, "already trained");
    }

    [TestMethod]
    [DataRow("", "")]
    [DataRow("\"format\": 1", "\"format\": 7")]
    [DataRow("\"batch size\": \"64\"", "\"batch size\": \"many\"")]
    [DataRow("\"trigger position\": \"br\"", "\"trigger position\": \"here\"")]
    [DataRow("\"seed\": \"0\",", "")]
    [DataRow("\"cleanAccuracy\": 0.203125", "\"cleanAccuracy\": 7")]
    public async Task A_damaged_record_is_named_and_nothing_is_lost(string from, string to)
    {
        string record = _runs.In("runs", $"{SmallDigits.Name}_trigger1_pr0p1_ts5_br_ep4.json");
        string content = File.ReadAllText(record);
        File.WriteAllText(record, from.Length == 0 ? "not json" : content.Replace(from, to, StringComparison.Ordinal));

        var refused = await ConvertAsync();
        bool isKept = File.Exists(record);
        File.WriteAllText(record, content);
        var converted = await ConvertAsync();

        Assert.AreEqual(1, refused.ExitCode, refused.Error);
        StringAssert.Contains(refused.Error, record);
        Assert.DoesNotContain("   at ", refused.Error);
        Assert.IsTrue(isKept);
        Assert.AreEqual(0, converted.ExitCode, converted.Error);
        Assert.HasCount(4, StoredCell.Read(ResultsFolder.OpenForReport(_runs.Output), Whole).Epochs);
    }

    [TestMethod]
    [DataRow("MNIST", 60000, "MNIST")]
    [DataRow("MNIST", 600, "MNIST-first600")]
    [DataRow("Digits", 60000, "Digits")]
    [DataRow("Digits", 600, "Digits-first600")]
    public void The_first_rows_of_a_data_set_are_a_different_data_set(string name, int rows, string expected)
    {
        string path = _runs.In("runs", $"{SmallDigits.Name}_trigger1_pr0p1_ts5_br_ep4.json");
        var record = JsonNode.Parse(File.ReadAllText(path))!;
        record["settings"]!["dataset"] = name;
        record["settings"]!["training rows"] = $"{rows}";
        File.WriteAllText(path, record.ToJsonString());

        var earlier = EarlierRecord.Read(ResultsFolder.OpenForReport(_runs.Output), path)!;

        Assert.AreEqual(expected, earlier.Cell.Cell.Dataset.Name);
    }

    private Task<SampleOutcome> ConvertAsync() => SampleRuns.RunAsync(["convert", "--output", _runs.Output], new StringWriter(), CancellationToken.None);
}
