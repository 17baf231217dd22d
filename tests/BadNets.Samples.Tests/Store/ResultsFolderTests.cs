using BadNets.Samples.Errors;
using BadNets.Samples.Files;
using BadNets.Samples.Store;
using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests.Store;

[TestClass]
public sealed class ResultsFolderTests
{
    [TestMethod]
    public void Several_processes_can_open_a_folder()
    {
        using var folder = new TemporaryFolder();

        ResultsFolder.Open(folder.Path);
        var second = ResultsFolder.Open(folder.Path);

        Assert.AreEqual(folder.Path, second.Path);
        Assert.IsEmpty(folder.FileNames);
    }

    [TestMethod]
    [DataRow("cells")]
    [DataRow("experiments")]
    [DataRow("csv")]
    [DataRow("figures")]
    public void A_file_in_the_place_of_a_folder_is_rejected_in_a_sentence(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.In(name), "");

        var refusal = Assert.ThrowsExactly<UsageException>(() => ResultsFolder.Open(folder.Path));

        StringAssert.Contains(refusal.Message, "cannot be written");
        StringAssert.Contains(refusal.Message, "--output");
    }

    [TestMethod]
    public void Only_leftover_files_of_killed_processes_are_removed()
    {
        using var folder = new TemporaryFolder();
        var cell = SampleRuns.CellOf();
        var results = ResultsFolder.Open(folder.Path);
        var files = results.Of(cell);
        Directory.CreateDirectory(files.Path);
        const string Temporary = ".0123456789abcdef0123456789abcdef.part";
        string[] leftovers =
        [
            results.Report + Temporary, results.Csv("run") + Temporary, results.Plan("plan") + Temporary, results.FigurePath("figure", "png") + Temporary,
            files.Epochs + Temporary, files.Model + Temporary, files.Checkpoint + ".new",
        ];
        string[] others =
        [
            folder.In("mine.part"), folder.In("csv", "run.csv.part"), folder.In("csv", "0123456789abcdef0123456789abcdef.part.txt"),
            folder.In("csv", "checkpoint.new"), Path.Combine(files.Path, "notes.new"), files.Checkpoint,
        ];
        foreach (string file in leftovers.Concat(others))
        {
            File.WriteAllText(file, "half");
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));
        }

        var opened = ResultsFolder.Open(folder.Path);
        CellWriter.TryOpen(opened, cell, [], fresh: false)!.Dispose();

        foreach (string file in leftovers)
            Assert.IsFalse(File.Exists(file), file);
        foreach (string file in others)
            Assert.IsTrue(File.Exists(file), file);
    }

    [TestMethod]
    public void Files_that_another_process_is_writing_are_kept()
    {
        using var folder = new TemporaryFolder();

        AtomicFile.Write(folder.In("report.html"), stream =>
        {
            stream.Write("whole"u8);
            ResultsFolder.Open(folder.Path);
        });

        Assert.AreEqual("whole", File.ReadAllText(folder.In("report.html")));
    }

    [TestMethod]
    public void A_report_needs_results()
    {
        using var folder = new TemporaryFolder();

        var refusal = Assert.ThrowsExactly<UsageException>(() => ResultsFolder.OpenForReport(folder.In("nowhere")));

        StringAssert.Contains(refusal.Message, "There are no results");
        Assert.IsFalse(Directory.Exists(folder.In("nowhere")));
    }
}
