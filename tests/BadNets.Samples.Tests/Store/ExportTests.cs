using BadNets.Samples.Store;

namespace BadNets.Samples.Tests.Store;

/// <summary>The CSV files with published names.</summary>
[TestClass]
public sealed class ExportTests
{
    [TestMethod]
    public async Task Exports_match_version_0_1_except_for_durations_and_rounding()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("poisoning-rate --rates 0.1 --epochs 4");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        EarlierResults.AssertEqual(EarlierResults.WholeCsv, File.ReadAllText(runs.In("csv", EarlierResults.Whole + ".csv")));
        // Including the header and the line endings.
        string csv = File.ReadAllText(runs.In("csv", EarlierResults.Whole + ".csv"));
        Assert.AreEqual(EarlierResults.WholeCsv[..EarlierResults.WholeCsv.IndexOf('\n', StringComparison.Ordinal)], csv[..csv.IndexOf('\n', StringComparison.Ordinal)]);
        Assert.DoesNotContain('\r', csv);
        Assert.AreEqual(EarlierResults.WholeCsv.EndsWith('\n'), csv.EndsWith('\n'));
    }

    [TestMethod]
    public async Task The_same_epochs_give_the_same_bytes_including_durations()
    {
        using var runs = new SampleRuns();
        EarlierResults.WriteTo(runs.Output);
        var results = ResultsFolder.OpenForReport(runs.Output);
        var record = EarlierRecord.Read(results, runs.In("runs", $"{SmallDigits.Name}_trigger1_pr0p1_ts5_br_ep4.json"))!;

        ExportRow.Write(results, EarlierResults.Whole, record.Cell.Cell, record.Cell.Epochs);

        Assert.AreEqual(EarlierResults.WholeCsv, await File.ReadAllTextAsync(runs.In("csv", EarlierResults.Whole + ".csv")));
    }

    [TestMethod]
    public async Task A_cell_that_continues_is_exported_for_every_experiment_that_has_it()
    {
        using var runs = new SampleRuns();
        await runs.RunUntilAsync("trigger-position --positions br --epochs 3", line => line.Contains("epoch 1/3", StringComparison.Ordinal));

        var outcome = await runs.RunAsync("poisoning-rate --rates 0.05 --epochs 3");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        CollectionAssert.AreEqual(new[] { $"exp02_{SmallDigits.Name}_trigger1_pr0p05_ep3_ts5", $"exp04_{SmallDigits.Name}_posbr_pr0p05_ts5_ep3" }, runs.CsvNames());
        foreach (string run in runs.CsvNames())
            Assert.HasCount(4, File.ReadAllLines(runs.In("csv", run + ".csv")));
    }
}
