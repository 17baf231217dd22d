using System.Diagnostics;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Samples.Store;
using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests.Store;

[TestClass]
public sealed class CellWriterTests : IDisposable
{
    private static readonly Cell Cell = SampleRuns.CellOf(epochs: 3);

    private readonly TemporaryFolder _folder = new();
    private readonly ResultsFolder _results;

    public CellWriterTests() => _results = ResultsFolder.Open(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_cell_has_one_writer_at_a_time()
    {
        using (var first = Open())
        {
            Assert.IsNotNull(first);
            Assert.IsNull(Open());
            // Another cell is free.
            CellWriter.TryOpen(_results, SampleRuns.CellOf(epochs: 4), [], fresh: false)!.Dispose();
        }

        using var again = Open();
        Assert.IsNotNull(again);
    }

    [TestMethod]
    public void A_cell_without_a_writer_is_read_and_one_with_a_writer_too()
    {
        using var writer = Open()!;
        writer.Add(Row(0));

        var stored = StoredCell.Read(_results, Cell);

        Assert.HasCount(1, stored.Epochs);
        Assert.AreEqual(writer.Epochs[0], stored.Epochs[0]);
        Assert.AreEqual(Machine.ThisOne, stored.Machine);
    }

    [TestMethod]
    public void Results_are_read_as_written()
    {
        using (var writer = Open()!)
        {
            writer.Add(Row(0));
            writer.Add(Row(1) with { CleanAccuracy = 1d / 3, TrainLoss = 2.3025911463067885, TrainSeconds = 0.12345678901234567 });
        }

        using var again = Open()!;
        Assert.HasCount(2, again.Epochs);
        Assert.AreEqual(Row(1) with { CleanAccuracy = 1d / 3, TrainLoss = 2.3025911463067885, TrainSeconds = 0.12345678901234567 }, again.Epochs[1]);
        Assert.AreEqual(Cell, CellDescription.Read(again.Folder)!.Cell);
    }

    [TestMethod]
    public void An_epoch_replaces_itself_and_all_later_epochs()
    {
        using var writer = Open()!;
        writer.Add(Row(0));
        writer.Add(Row(1));

        writer.Add(Row(0) with { TrainLoss = 9 });

        Assert.AreEqual(9, StoredCell.Read(_results, Cell).Epochs.Single().TrainLoss);
    }

    [TestMethod]
    public void An_epoch_without_earlier_epochs_is_rejected()
    {
        using var writer = Open()!;

        var refusal = Assert.ThrowsExactly<ForeseenException>(() => writer.Add(Row(1)));

        StringAssert.Contains(refusal.Message, "--fresh");
        Assert.IsFalse(File.Exists(writer.Folder.Epochs));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("another machine, process 7\n")]
    [DataRow("")]
    public void A_writer_whose_lock_was_taken_writes_no_more(string owner)
    {
        using var writer = Open()!;
        writer.Add(Row(0));
        string before = File.ReadAllText(writer.Folder.Epochs);

        // Write like another machine on a file system without locks. .NET would respect the lock.
        using (var shell = Process.Start("sh", ["-c", "printf %s \"$1\" > \"$2\"", "sh", owner, writer.Folder.Lock]))
            shell.WaitForExit();

        var refusal = Assert.ThrowsExactly<CellTakenException>(() => writer.Add(Row(1)));

        StringAssert.Contains(refusal.Message, "Another process took over this training run");
        StringAssert.Contains(refusal.Message, owner.Trim());
        Assert.AreEqual(before, File.ReadAllText(writer.Folder.Epochs));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_lock_that_cannot_be_made_is_not_another_process()
    {
        Directory.CreateDirectory(_results.Of(Cell).Path);
        // A link to itself cannot be opened.
        File.CreateSymbolicLink(_results.Of(Cell).Lock, "lock");

        Assert.Throws<IOException>(() => Open());
    }

    [TestMethod]
    public void Results_can_be_replaced_while_they_are_read()
    {
        using var writer = Open()!;
        writer.Add(Row(0));

        using var epochs = SharedFile.Open(writer.Folder.Epochs);
        using var description = SharedFile.Open(writer.Folder.Description);
        writer.Add(Row(1));
        File.Delete(writer.Folder.Description);

        using var reader = new StreamReader(epochs);
        Assert.HasCount(2, reader.ReadToEnd().TrimEnd().Split('\n'));
    }

    [TestMethod]
    public void A_file_that_is_gone_is_no_content()
    {
        Assert.IsNull(SharedFile.ReadBytes(_folder.In("nowhere")));
        Assert.IsNull(SharedFile.ReadBytes(_folder.In("no", "where")));
    }

    [TestMethod]
    public void A_fresh_start_deletes_all_files_of_the_cell_and_its_exports()
    {
        string[] exports = ["exp01_x", "exp02_x"];
        using (var writer = CellWriter.TryOpen(_results, Cell, exports, fresh: false)!)
        {
            writer.Add(Row(0));
            foreach (string file in new[] { writer.Folder.Model, writer.Folder.Checkpoint, writer.Folder.Failure, writer.Folder.Images, writer.Folder.EarlierImages("png"), writer.Folder.EarlierImages("svg") })
                File.WriteAllText(file, "old");
        }

        Assert.IsTrue(exports.All(export => File.Exists(_results.Csv(export))));
        using var fresh = CellWriter.TryOpen(_results, Cell, exports, fresh: true)!;

        CollectionAssert.AreEqual(new[] { "lock" }, _folder.FileNames);
        Assert.IsEmpty(fresh.Epochs);
    }

    [TestMethod]
    public void No_CSV_file_is_written_before_the_first_epoch()
    {
        using var writer = CellWriter.TryOpen(_results, Cell, ["exp01_x"], fresh: false)!;

        writer.Export();

        Assert.IsFalse(File.Exists(_results.Csv("exp01_x")));
    }

    [TestMethod]
    [DataRow("epoch")]
    [DataRow("clean_accuracy")]
    [DataRow("attack_loss")]
    [DataRow("threads")]
    public void Invalid_numbers_are_reported_with_file_and_line(string column)
    {
        using (var writer = Open()!)
        {
            writer.Add(Row(0));
            writer.Add(Row(1));
        }

        string path = _results.Of(Cell).Epochs;
        string[] lines = File.ReadAllLines(path);
        string[] values = lines[2].Split(',');
        values[Array.IndexOf(lines[0].Split(','), column)] = column == "attack_loss" ? "NaN" : "-7";
        lines[2] = string.Join(',', values);
        File.WriteAllLines(path, lines);

        var refusal = Assert.ThrowsExactly<InvalidDataException>(() => Open());

        StringAssert.Contains(refusal.Message, path);
        StringAssert.Contains(refusal.Message, "line 3");
        StringAssert.Contains(refusal.Message, column);
    }

    [TestMethod]
    public void A_damaged_cell_can_be_opened_again_to_start_fresh()
    {
        Directory.CreateDirectory(_results.Of(Cell).Path);
        File.WriteAllText(_results.Of(Cell).Epochs, "nonsense");
        File.WriteAllText(_results.Of(Cell).Description, "nonsense");

        var refusal = Assert.ThrowsExactly<InvalidDataException>(() => Open());
        // The failed attempt must not keep the lock.
        using var fresh = CellWriter.TryOpen(_results, Cell, [], fresh: true);

        StringAssert.Contains(refusal.Message, _results.Of(Cell).Path);
        Assert.IsNotNull(fresh);
    }

    private CellWriter? Open() => CellWriter.TryOpen(_results, Cell, [], fresh: false);

    private static EpochRow Row(int epoch) => new()
    {
        Epoch = epoch, TrainLoss = 1.5, CleanAccuracy = 0.5, CleanLoss = 1.5, AttackSuccess = 0.25, AttackSuccessAllRows = 0.5, AttackLoss = 1.5, TrainSeconds = 1, EvaluationSeconds = 0.5, Threads = 1,
    };
}
