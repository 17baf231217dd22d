using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting;
using BadNets.Samples.Running;
using SkiaSharp;

namespace BadNets.Samples.Tests.Reporting;

[TestClass]
public sealed class ResultReportTests
{
    [TestMethod]
    public void Every_experiment_has_its_figures_in_both_formats()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        CollectionAssert.AreEqual(
            new[]
            {
                "exp01_MNIST_trigger1_pr0p1_ep100_ts5_training",
                "exp02_MNIST_trigger1_ep100_ts5_asr_vs_epoch",
                "exp02_MNIST_trigger1_ep100_ts5_asr_vs_poisoning_rate",
                "exp02_MNIST_trigger1_ep100_ts5_tca_vs_poisoning_rate",
                "exp03_MNIST_trigger1_pr0p05_ep100_asr_vs_epoch",
                "exp03_MNIST_trigger1_pr0p05_ep100_asr_vs_trigger_size",
                "exp03_MNIST_trigger1_pr0p05_ep100_tca_vs_trigger_size",
                "exp04_MNIST_pr0p05_ts5_ep100_asr_by_trigger_position",
                "exp04_MNIST_pr0p05_ts5_ep100_asr_vs_epoch",
                "exp04_MNIST_pr0p05_ts5_ep100_tca_by_trigger_position",
            },
            Figures(results, "svg"));
        CollectionAssert.AreEqual(Figures(results, "svg"), Figures(results, "png"));
    }

    [TestMethod]
    public void Svg_figures_are_well_formed_and_say_what_they_show()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        foreach (string path in Directory.EnumerateFiles(results.In("figures"), "*.svg"))
        {
            var texts = XDocument.Parse(File.ReadAllText(path)).Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value).ToArray();
            Assert.Contains("MNIST, reference recipe, 100 epochs", texts, path);
            Assert.Contains(text => text.Contains("ublished", StringComparison.Ordinal), texts, path);
            Assert.Contains(text => text.Contains("(%)", StringComparison.Ordinal), texts, path);
        }
    }

    [TestMethod]
    public void Png_figures_have_ink_where_the_title_is()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        foreach (string path in Directory.EnumerateFiles(results.In("figures"), "*.png"))
        {
            using var image = SKBitmap.Decode(path);
            Assert.AreEqual((1600, 1000), (image.Width, image.Height));
            int dark = Enumerable.Range(0, 1600 * 80).Count(i => image.GetPixel(i % 1600, i / 1600).Red < 128);
            Assert.IsGreaterThan(500, dark, path);
        }
    }

    [TestMethod]
    public void The_transition_figure_shows_the_sizes_on_its_sides_alone()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        string svg = File.ReadAllText(results.In("figures", "exp03_MNIST_trigger1_pr0p05_ep100_asr_vs_epoch.svg"));
        StringAssert.Contains(svg, ">4 px<");
        StringAssert.Contains(svg, ">5 px<");
        Assert.DoesNotContain(">3 px<", svg);
    }

    [TestMethod]
    public void The_summary_has_a_line_for_each_run_with_the_published_values()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        string[] lines = File.ReadAllLines(results.In("summary.csv"));
        Assert.AreEqual(
            "run_name,experiment,dataset,recipe,poisoning_rate,trigger_size,trigger_pos,trigger_label,seed,epochs,epochs_done,final_tca,final_asr,"
            + "final_asr_excl_target,first_epoch_asr_0.9,train_seconds,published_tca,published_asr,state,reason",
            lines[0]);
        Assert.HasCount(17, lines);
        string line = lines.Single(line => line.StartsWith("exp03_MNIST_trigger1_pr0p05_ep100_ts4,", StringComparison.Ordinal));
        StringAssert.EndsWith(line, ",0.9819,0.1163,done,");
    }

    [TestMethod]
    public void The_page_stands_alone_and_is_well_formed()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        string page = File.ReadAllText(results.In("report.html"));
        StringAssert.StartsWith(page, "<!doctype html>");
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("<iframe", page);
        foreach (string link in new[] { "src=\"", "href=\"", "url(" })
        {
            for (int at = page.IndexOf(link, StringComparison.Ordinal); at >= 0; at = page.IndexOf(link, at + 1, StringComparison.Ordinal))
            {
                string target = page[(at + link.Length)..];
                Assert.IsTrue(target.StartsWith("data:", StringComparison.Ordinal) || target.StartsWith('#'), target[..40]);
            }
        }

        var body = XDocument.Parse(page[page.IndexOf("<main>", StringComparison.Ordinal)..(page.IndexOf("</main>", StringComparison.Ordinal) + 7)]
            .Replace("&nbsp;", " "));
        string[] ids = [.. body.Descendants().Select(element => (string?)element.Attribute("id")).OfType<string>()];
        Assert.HasCount(ids.Length, ids.Distinct().ToArray());
        Assert.HasCount(10, body.Descendants("figure").ToArray());
        Assert.HasCount(16, body.Descendants("tbody").Single().Elements("tr").ToArray());
    }

    [TestMethod]
    public void The_page_says_what_was_run_and_what_came_of_it()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        string page = File.ReadAllText(results.In("report.html"));
        foreach (string expected in new[]
        {
            "MNIST, reference recipe, 100 epochs", "60000 training and 10000 test images", "sgd, learning rate 0.01", "batches of 64", "TorchSharp", "Microsoft.ML",
            "between rate 0.02 (ASR 0.0020) and 0.025 (ASR 0.9500)", "between size 4 (ASR 0.0020) and 5 (ASR 0.9990)", "class=\"verdict seen\"",
        })
            StringAssert.Contains(page, expected);
    }

    [TestMethod]
    public void Partial_results_are_reported()
    {
        using var results = new FakeResults();
        results.Add(Experiment.PoisoningRate, "0.01", [1, 0.01, 0.01]);
        results.Add(Experiment.PoisoningRate, "0.05", [1], epochs: 3);

        int runs = ResultReport.Write(results.Folder).Count;

        Assert.AreEqual(2, runs);
        string page = File.ReadAllText(results.In("report.html"));
        StringAssert.Contains(page, "1 of 3");
        StringAssert.Contains(page, "cannot be judged");
    }

    [TestMethod]
    public void Nothing_is_reported_of_nothing()
    {
        using var results = new FakeResults();

        Assert.IsEmpty(ResultReport.Write(results.Folder));
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "no results yet");
    }

    [TestMethod]
    public void Several_seeds_give_mean_and_range()
    {
        const string Panel = "exp02_MNIST_trigger1_ep2_ts5";
        using var results = new FakeResults();
        string Figure(string name) => File.ReadAllText(results.In("figures", $"{Panel}_{name}.svg"));
        int Lines() => Regex.Count(Figure("asr_vs_poisoning_rate"), "stroke-width:2.5");
        void Add(int seed)
        {
            results.Add(Experiment.PoisoningRate, "0.01", [0.1, 0.2 + 0.1 * seed], seed: seed);
            results.Add(Experiment.PoisoningRate, "0.05", [0.1, 0.99], seed: seed);
            ResultReport.Write(results.Folder);
        }

        Add(0);
        int without = Lines();
        Assert.DoesNotContain("<polygon", Figure("asr_vs_epoch"));
        Add(1);
        Add(2);

        StringAssert.Contains(Figure("asr_vs_poisoning_rate"), "mean and range of 3 seeds");
        // A bar for each rate, and a band for each curve.
        Assert.AreEqual(without + 2, Lines());
        Assert.AreEqual(2, Regex.Count(Figure("asr_vs_epoch"), "<polygon"));
        results.Add(Experiment.PoisoningRate, "0.1", [0.1, 0.99]);
        ResultReport.Write(results.Folder);
        StringAssert.Contains(Figure("asr_vs_poisoning_rate"), "mean and range of 1 to 3 seeds");
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "<dd>0, 1, 2</dd>");
    }

    [TestMethod]
    public void Other_data_have_no_published_values()
    {
        using var results = new FakeResults().Add(Experiment.Baseline, "", Enumerable.Repeat(0.99, 100).ToArray(), dataset: "Digits");

        ResultReport.Write(results.Folder);

        Assert.DoesNotContain("Published", File.ReadAllText(results.In("report.html")));
        StringAssert.EndsWith(File.ReadAllLines(results.In("summary.csv"))[1], ",,,done,");
    }

    [TestMethod]
    [DataRow(600, 10000, 64, 0)]
    [DataRow(60000, 100, 64, 0)]
    [DataRow(60000, 10000, 128, 0)]
    [DataRow(60000, 10000, 64, 7)]
    public void Other_settings_have_no_published_values(int trainRows, int testRows, int batchSize, int seed)
    {
        using var results = new FakeResults().Add(
            Experiment.Baseline, "", Enumerable.Repeat(0.99, 100).ToArray(), seed: seed, trainRows: trainRows, testRows: testRows, batchSize: batchSize);

        ResultReport.Write(results.Folder);

        Assert.DoesNotContain("Published", File.ReadAllText(results.In("report.html")));
        StringAssert.EndsWith(File.ReadAllLines(results.In("summary.csv"))[1], ",,,done,");
    }

    [TestMethod]
    public void Batch_sizes_and_learning_rates_have_figures_of_their_own()
    {
        using var results = new FakeResults()
            .Add(Experiment.PoisoningRate, "0.01", [0.1, 0.2])
            .Add(Experiment.PoisoningRate, "0.02", [0.1, 0.2], learningRate: 0.05)
            .Add(Experiment.PoisoningRate, "0.05", [0.1, 0.9], batchSize: 128);

        ResultReport.Write(results.Folder);

        string page = File.ReadAllText(results.In("report.html"));
        StringAssert.Contains(page, "2 epochs, batches of 128");
        StringAssert.Contains(page, "2 epochs, sgd 0.05");
        Assert.Contains("exp02_MNIST_trigger1_ep2_ts5_asr_vs_epoch", Figures(results, "svg"));
        Assert.Contains("exp02_MNIST_trigger1_ep2_ts5_batch128_asr_vs_epoch", Figures(results, "svg"));
        Assert.Contains("exp02_MNIST_trigger1_ep2_ts5_sgd0p05_asr_vs_epoch", Figures(results, "svg"));
    }

    [TestMethod]
    public void A_damaged_csv_file_is_named()
    {
        using var results = All();
        string path = results.In("csv", "exp01_MNIST_trigger1_pr0p1_ep100_ts5.csv");
        File.WriteAllText(path, File.ReadAllText(path).Replace("0.98,", "high,", StringComparison.Ordinal));

        var failure = Assert.ThrowsExactly<InvalidDataException>(() => ResultReport.Write(results.Folder));

        StringAssert.Contains(failure.Message, path);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("train_loss,test_clean_acc,test_clean_loss,test_asr,test_asr_loss,epoch\n1.5,0.98,1.5,0.99,1.5,0\n")]
    public async Task A_csv_file_of_another_make_gets_a_sentence(string content)
    {
        using var results = new FakeResults().AddRates(("0.05", 0.99));
        string path = results.In("csv", "exp01_other.csv");
        File.WriteAllText(path, content);
        results.Folder.Dispose();

        var outcome = await SampleRuns.RunAsync(["report", "--output", results.In()], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(1, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, path);
        Assert.HasCount(1, outcome.Error.Trim().Split('\n'));
    }

    [TestMethod]
    [DataRow("train_loss", "NaN")]
    [DataRow("train_loss", "Infinity")]
    [DataRow("test_clean_acc", "7")]
    [DataRow("test_clean_acc", "NaN")]
    [DataRow("test_clean_loss", "-Infinity")]
    [DataRow("test_asr", "-3")]
    [DataRow("test_asr_loss", "NaN")]
    [DataRow("epoch", "5")]
    [DataRow("dataset", "")]
    [DataRow("trigger_label", "-1")]
    [DataRow("poisoning_rate", "5")]
    [DataRow("trigger_size", "-7")]
    [DataRow("trigger_pos", "middle")]
    [DataRow("seed", "3")]
    [DataRow("optimizer", "lion")]
    [DataRow("lr", "0")]
    [DataRow("run_name", "exp01_other")]
    [DataRow("test_asr_excl_target", "1.5")]
    [DataRow("train_seconds", "-1")]
    [DataRow("eval_seconds", "NaN")]
    [DataRow("threads", "-1")]
    [DataRow("threads", "0")]
    [DataRow("recipe", "mine")]
    public void A_csv_file_with_an_impossible_value_is_refused_with_its_row(string column, string value)
    {
        using var results = new FakeResults().Add(Experiment.Baseline, "", [0.5, 0.9, 0.99]);
        string path = Directory.EnumerateFiles(results.In("csv")).Single();
        string[] lines = File.ReadAllLines(path), cells = lines[2].Split(',');
        cells[Array.IndexOf(lines[0].Split(','), column)] = value;
        lines[2] = string.Join(',', cells);
        File.WriteAllLines(path, lines);

        var failure = Assert.ThrowsExactly<InvalidDataException>(() => ResultReport.Write(results.Folder));

        StringAssert.Contains(failure.Message, path);
        StringAssert.Contains(failure.Message, "in line 3: ");
    }

    [TestMethod]
    [DataRow("\"cleanAccuracy\": 0.98", "\"cleanAccuracy\": 1.98", "cleanAccuracy is 1.98")]
    [DataRow("\"trainLoss\": 1.5", "\"trainLoss\": 1e999", "trainLoss is")]
    [DataRow("\"threads\": 1", "\"threads\": 0", "threads is 0")]
    [DataRow("\"trainSeconds\": 5", "\"trainSeconds\": -5", "trainSeconds is -5")]
    [DataRow("\"epochs\": \"3\"", "\"epochs\": \"-3\"", "epochs is '-3'")]
    [DataRow("\"epochs\": \"3\"", "\"epochs\": \"2\"", "3 epochs")]
    [DataRow("\"batch size\": \"64\"", "\"batch size\": null", "batch size")]
    [DataRow("\"training rows\": \"60000\"", "\"training rows\": \"many\"", "training rows is 'many'")]
    public void A_record_with_an_impossible_value_is_refused_by_name(string before, string after, string expected)
    {
        using var results = new FakeResults().Add(Experiment.Baseline, "", [0.5, 0.9, 0.99]);
        string path = Directory.EnumerateFiles(results.In("runs")).Single();
        string text = File.ReadAllText(path);
        StringAssert.Contains(text, before);
        File.WriteAllText(path, text.Replace(before, after, StringComparison.Ordinal));

        var failure = Assert.ThrowsExactly<InvalidDataException>(() => ResultReport.Write(results.Folder));

        StringAssert.Contains(failure.Message, path);
        StringAssert.Contains(failure.Message, expected);
    }

    [TestMethod]
    public void A_run_without_an_epoch_has_its_row()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01)).Add(Experiment.PoisoningRate, "0.05", [], epochs: 2);

        ResultReport.Write(results.Folder);

        string line = File.ReadAllLines(results.In("summary.csv"))[2];
        StringAssert.StartsWith(line, "exp02_MNIST_trigger1_pr0p05_ep2_ts5,exp02,MNIST,reference,0.05,5,br,1,0,2,0,,,,,0,,,unfinished,0 of 2 epochs finished");
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "<td>0 of 2</td>");
    }

    [TestMethod]
    public void A_run_without_an_epoch_alone_is_reported_without_figures()
    {
        using var results = new FakeResults().Add(Experiment.Baseline, "", [], epochs: 2);

        ResultReport.Write(results.Folder);

        Assert.IsEmpty(Figures(results, "svg"));
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "No epoch has finished.");
    }

    [TestMethod]
    public void A_csv_file_with_only_its_header_does_not_vanish()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01)).Add(Experiment.PoisoningRate, "0.05", [], epochs: 2);
        File.Delete(results.In("runs", "MNIST_trigger1_pr0p05_ts5_br_ep2.json"));

        var rows = ResultReport.Write(results.Folder);

        Assert.HasCount(2, rows);
        StringAssert.StartsWith(File.ReadAllLines(results.In("summary.csv"))[2], "exp02_MNIST_trigger1_pr0p05_ep2_ts5,exp02,,,,,,,,,0,,,,,,,,unfinished,");
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "exp02_MNIST_trigger1_pr0p05_ep2_ts5: unfinished.");
    }

    [TestMethod]
    public void A_failed_run_has_its_row_with_the_reason()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01)).Add(Experiment.PoisoningRate, "0.05", [0.1], epochs: 2);
        FailureFile.Write(results.Folder.Failure("MNIST_trigger1_pr0p05_ts5_br_ep2"), new IOException("No <room>,\nnone."));

        var rows = ResultReport.Write(results.Folder);

        Assert.AreEqual("failed", rows[1].State);
        Assert.AreEqual("No <room>, none. The stack trace is in failures/MNIST_trigger1_pr0p05_ts5_br_ep2.txt.", rows[1].Reason);
        StringAssert.Contains(File.ReadAllText(results.In("summary.csv")), ",failed,\"No <room>, none. The stack trace");
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "failed: No &lt;room&gt;, none. The stack trace");
    }

    [TestMethod]
    [DataRow("reference")]
    [DataRow("modern")]
    public void Results_that_are_checked_in_are_reported(string name)
    {
        using var results = new FakeResults();
        foreach (string folder in new[] { "csv", "runs" })
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(CheckedInResults(), name, folder)))
                File.Copy(file, results.In(folder, Path.GetFileName(file)));
        }

        var rows = ResultReport.Write(results.Folder);

        Assert.HasCount(16, rows);
        Assert.IsTrue(rows.All(row => row.State == "done"));
    }

    private static string CheckedInResults([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "..", "docs", "results"));

    [TestMethod]
    public void A_data_set_that_names_another_folder_is_refused()
    {
        using var results = new FakeResults().AddRates(("0.05", 0.99));
        string path = Directory.EnumerateFiles(results.In("csv")).Single();
        File.WriteAllText(path, File.ReadAllText(path).Replace(",MNIST,", ",a/../../../evil,", StringComparison.Ordinal));

        var failure = Assert.ThrowsExactly<InvalidDataException>(() => ResultReport.Write(results.Folder));

        StringAssert.Contains(failure.Message, path);
    }

    [TestMethod]
    public void More_curves_than_colours_can_be_told_apart()
    {
        using var results = new FakeResults().AddRates([.. Enumerable.Range(1, 9).Select(i => ($"0.{i}", 0.99))]);

        ResultReport.Write(results.Folder);

        string svg = File.ReadAllText(results.In("figures", "exp02_MNIST_trigger1_ep2_ts5_asr_vs_epoch.svg"));
        Assert.HasCount(9, Regex.Matches(svg, "style=\"[^\"]*;stroke-width:2.5[^\"]*linejoin:round[^\"]*\"").Select(match => match.Value).Distinct().ToArray());
    }

    [TestMethod]
    public void The_legend_names_published_values_wherever_there_are_some()
    {
        double[] success = [.. Enumerable.Repeat(0.99, 100)];
        using var results = new FakeResults().Add(Experiment.PoisoningRate, "0.05", success).Add(Experiment.PoisoningRate, "0.2", success);

        ResultReport.Write(results.Folder);

        StringAssert.Contains(File.ReadAllText(results.In("figures", "exp02_MNIST_trigger1_ep100_ts5_asr_vs_epoch.svg")), "published, at the end");
    }

    [TestMethod]
    public void The_clean_control_alone_has_an_axis()
    {
        using var results = new FakeResults().AddRates(("0", 0.0));

        ResultReport.Write(results.Folder);

        string svg = File.ReadAllText(results.In("figures", "exp02_MNIST_trigger1_ep2_ts5_asr_vs_poisoning_rate.svg"));
        double[] ticks = [.. Regex.Matches(svg, "text-anchor=\"middle\"[^>]*>([0-9.−-]+)<").Select(match => double.Parse(match.Groups[1].Value.Replace('−', '-'), CultureInfo.InvariantCulture))];
        Assert.Contains(0.0, ticks);
        Assert.IsLessThanOrEqualTo(0.02, ticks.Max());
    }

    private static FakeResults All()
    {
        var results = new FakeResults();
        foreach (var experiment in Experiment.All)
        {
            foreach (var attack in experiment.Attacks)
            {
                double end = attack.PoisoningRate <= 0.02 || attack.TriggerSize < 5 ? 0.002 : attack.PoisoningRate == 0.025 ? 0.95 : 0.999;
                results.Add(experiment, experiment.Varies?.TextOf(attack) ?? "", [.. Enumerable.Range(0, 100).Select(epoch => epoch < 20 ? 0 : end)]);
            }
        }

        return results;
    }

    private static string[] Figures(FakeResults results, string extension) =>
        [.. Directory.EnumerateFiles(results.In("figures"), "*." + extension).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!];
}
