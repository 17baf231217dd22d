using System.IO.Compression;
using System.Text;
using System.Text.Json;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Samples.Running;
using BadNets.Samples.Store;
using BadNets.Transforms;
using Spectre.Console;

namespace BadNets.Samples.Tests.Running;

[TestClass]
public sealed class EvaluatorTests
{
    [TestMethod]
    public async Task A_saved_model_measures_as_it_did_when_it_was_trained()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick --threads 1");
        string run = runs.CsvNames().Single();

        var outcome = await runs.RunAsync($"evaluate --model {runs.OnlyFolder().Model}");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        string[] lines = File.ReadAllLines(runs.In("csv", run + ".csv"));
        string last = lines[^1].Split(',')[Array.IndexOf(lines[0].Split(','), "test_asr")];
        using var record = JsonDocument.Parse(File.ReadAllText(Directory.EnumerateFiles(runs.In("evaluations")).Single()));
        Assert.AreEqual(double.Parse(last, System.Globalization.CultureInfo.InvariantCulture), record.RootElement.GetProperty("attackSuccessRateAllRows").GetDouble());
        Assert.AreEqual(10, record.RootElement.GetProperty("triggeredConfusionMatrix").GetArrayLength());
        StringAssert.Matches(outcome.Output, new(@"(?m)^ *1 +–"));
    }

    [TestMethod]
    public async Task An_output_folder_that_cannot_be_written_is_told_before_anything_is_measured()
    {
        using var runs = new SampleRuns();
        string file = Path.Combine(runs.Data, "model.zip");
        File.WriteAllText(file, "not a model");
        File.WriteAllText(runs.Output, "");

        var outcome = await runs.RunAsync($"evaluate --model {file}");

        Assert.AreEqual(2, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "cannot be written");
    }

    [TestMethod]
    public async Task A_cancelled_evaluation_does_not_go_on()
    {
        using var runs = new SampleRuns();
        string file = Path.Combine(runs.Data, "model.zip");
        File.WriteAllText(file, "not a model");
        var attack = SampleRuns.CellOf().Attack;
        var evaluator = new Evaluator(new EvaluationRequest(file, new DataChoice("auto", runs.Data, null, null), attack), runs.Output, AnsiConsole.Console);

        await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => evaluator.RunAsync(new CancellationToken(canceled: true)));
    }

    [TestMethod]
    public async Task A_running_evaluation_stops_when_told_to()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick");
        string model = runs.OnlyFolder().Model;

        var outcome = await runs.RunUntilAsync($"evaluate --model {model}", line => line.StartsWith("Measuring ", StringComparison.Ordinal));

        Assert.AreEqual(130, outcome.ExitCode, outcome.Error);
        Assert.IsEmpty(Directory.GetFiles(runs.In("evaluations")));
    }

    [TestMethod]
    [DataRow('m')]
    [DataRow('ü')]
    public async Task A_model_with_the_longest_name_is_measured(char letter)
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick");
        string model = Path.Combine(runs.Data, new string(letter, (255 - ".zip".Length) / Encoding.UTF8.GetByteCount([letter])) + ".zip");
        File.Move(runs.OnlyFolder().Model, model);

        var outcome = await runs.RunAsync($"evaluate --model {model}");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.EndsWith(Directory.EnumerateFiles(runs.In("evaluations")).Single(), $"_on_{SmallDigits.Name}_square5-br_to1-e45efc2b.json");
    }

    [TestMethod]
    [DataRow("[x]")]
    [DataRow("[bold]model[/]")]
    [DataRow("[/]")]
    public async Task Markup_in_a_models_name_is_text(string name)
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick --epochs 1");
        string model = Path.Combine(runs.Data, name.Replace('/', '_') + ".zip");
        File.Move(runs.OnlyFolder().Model, model);

        var outcome = await runs.RunAsync($"evaluate --model {model}");
        var missing = await runs.RunAsync($"evaluate --model {name}");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, $"Measuring {Path.GetFileNameWithoutExtension(model)} on");
        Assert.AreEqual(2, missing.ExitCode);
        StringAssert.Contains(missing.Error, $"There is no model '{name}'");
    }

    [TestMethod]
    public async Task A_cells_model_is_named_for_the_cell()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("poisoning-rate --rates 0.05,0.1 --quick --epochs 1");

        foreach (string cell in runs.CellNames)
            Assert.AreEqual(0, (await runs.RunAsync($"evaluate --model {runs.In("cells", cell, "model.zip")}")).ExitCode);

        string[] names = [.. Directory.EnumerateFiles(runs.In("evaluations")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        CollectionAssert.AreEqual(runs.CellNames.Select(cell => $"{cell}_on_{SmallDigits.Name}_square5-br_to1-e45efc2b.json").ToArray(), names);
    }

    [TestMethod]
    public void Long_names_that_differ_stay_different()
    {
        string a = new('m', 240), b = a + "m";

        Assert.AreNotEqual(FileName.Fit(a, ".json"), FileName.Fit(b, ".json"));
        Assert.AreEqual("short.json", FileName.Fit("short", ".json"));
    }

    [TestMethod]
    public async Task A_file_that_is_no_model_gets_a_sentence()
    {
        using var runs = new SampleRuns();
        string file = Path.Combine(runs.Data, "model.zip");
        File.WriteAllText(file, "not a model");

        var broken = await runs.RunAsync($"evaluate --model {file}");
        var missing = await runs.RunAsync("evaluate --model nowhere.zip");

        Assert.AreEqual(1, broken.ExitCode);
        StringAssert.Contains(broken.Error, "cannot be loaded as a model");
        Assert.AreEqual(2, missing.ExitCode);
        StringAssert.Contains(missing.Error, "There is no model 'nowhere.zip'");
    }

    [TestMethod]
    public async Task A_model_with_one_flipped_bit_gets_a_sentence()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick --epochs 1 --threads 1");
        string model = runs.OnlyFolder().Model, flipped = Path.Combine(runs.Data, "flipped.zip");

        // In the network itself, with the zip file's own checksum right, and in the file.
        File.Copy(model, flipped);
        FlipBit(flipped, "TransformerChain/Transform_000/Model.key", 500_000);
        var network = await runs.RunAsync($"evaluate --model {flipped}");
        byte[] file = File.ReadAllBytes(model);
        file[file.Length / 2] ^= 1;
        File.WriteAllBytes(flipped, file);
        var zip = await runs.RunAsync($"evaluate --model {flipped}");

        foreach (var outcome in (SampleOutcome[])[network, zip])
        {
            Assert.AreEqual(1, outcome.ExitCode);
            StringAssert.StartsWith(outcome.Error, $"'{flipped}' cannot be loaded as a model. ");
            StringAssert.Contains(outcome.Error, "damaged");
            Assert.HasCount(1, outcome.Error.TrimEnd().Split('\n'));
        }
    }

    [TestMethod]
    public async Task The_schema_of_a_model_is_not_needed()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick --epochs 1 --threads 1");
        string model = runs.OnlyFolder().Model;
        var expected = await runs.RunAsync($"evaluate --model {model}");
        FlipBit(model, "Schema", 20);

        var outcome = await runs.RunAsync($"evaluate --model {model}");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.AreEqual(expected.Output, outcome.Output);
    }

    private static void FlipBit(string model, string name, int at)
    {
        using var archive = ZipFile.Open(model, ZipArchiveMode.Update);
        using var stream = archive.Entries.Single(entry => entry.FullName.Replace('\\', '/') == name).Open();
        stream.Position = at;
        int value = stream.ReadByte();
        stream.Position = at;
        stream.WriteByte((byte)(value ^ 1));
    }
}
