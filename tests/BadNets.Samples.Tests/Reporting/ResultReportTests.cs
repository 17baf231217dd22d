using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using BadNets.Samples.Drawing;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Samples.Reporting;
using BadNets.Samples.Store;
using SkiaSharp;

namespace BadNets.Samples.Tests.Reporting;

[TestClass]
public sealed class ResultReportTests
{
    [TestMethod]
    public void A_figure_is_written_again_only_if_it_changed_or_is_missing()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.2), ("0.05", 0.9));
        ResultReport.Write(results.Folder);
        string success = Picture("asr_vs_poisoning_rate"), accuracy = Picture("tca_vs_poisoning_rate"), epochs = Picture("asr_vs_epoch");
        File.WriteAllText(success, "kept");
        File.WriteAllText(accuracy, "kept");
        File.Delete(epochs);

        ResultReport.Write(results.Folder);
        string unchanged = File.ReadAllText(success);
        bool isMade = File.Exists(epochs);
        results.AddRates(("0.05", 0.8));
        ResultReport.Write(results.Folder);

        Assert.AreEqual("kept", unchanged);
        Assert.IsTrue(isMade);
        Assert.AreEqual("image/png", ImageType.Of(File.ReadAllBytes(success)));
        Assert.AreEqual("kept", File.ReadAllText(accuracy));

        string Picture(string ending) => Directory.EnumerateFiles(results.In("figures"), $"*_{ending}.png").Single();
    }

    [TestMethod]
    public void Damaged_files_are_reported_in_the_order_of_the_runs_whichever_core_reads_them()
    {
        using var results = new FakeResults();
        foreach (int number in Enumerable.Range(1, 40))
            results.Train(FakeResults.CellOf(FakeResults.Baseline, [], epochs: 1, seed: number), [0.5]);
        string[] epochs = [.. results.Folder.Cells.Select(folder => folder.Epochs)];
        foreach (string file in epochs)
            File.WriteAllText(file, "damaged");
        List<string> damaged = [];

        Results.Read(results.Folder, damaged.Add);
        var first = Assert.ThrowsExactly<InvalidDataException>(() => Results.Read(results.Folder));

        CollectionAssert.AreEqual(epochs, damaged.Select(sentence => sentence.Split('\'')[1]).ToArray());
        Assert.AreEqual(damaged[0], first.Message);
    }

    [TestMethod]
    public void Every_experiment_has_its_figures_in_both_formats()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        CollectionAssert.AreEqual(
            new[]
            {
                "exp01_MNIST_trigger1_pr0p1_ep100_ts5_loss",
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
                "published_asr_all_rows_mnist_reference_1a01fefdec",
                "published_tca_mnist_reference_1a01fefdec",
                "runs_mnist_reference_1a01fefdec",
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
            Assert.Contains("MNIST, reference recipe, 100 epochs, target 1", texts, path);
            Assert.IsTrue(path.EndsWith("_loss.svg", StringComparison.Ordinal) || texts.Any(text => text.EndsWith('%')), path);
            Assert.AreEqual(Path.GetFileName(path).StartsWith("published", StringComparison.Ordinal), texts.Any(text => text.Contains("ublished", StringComparison.Ordinal)), path);
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
            Assert.AreEqual(1600, image.Width);
            int dark = Enumerable.Range(0, 1600 * 80).Count(i => image.GetPixel(i % 1600, i / 1600).Red < 128);
            Assert.IsGreaterThan(500, dark, path);
        }
    }

    [TestMethod]
    public void The_summary_has_a_line_for_each_run_with_the_published_values()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        string[] lines = File.ReadAllLines(results.In("summary.csv"));
        Assert.AreEqual(
            "run_name,experiment,dataset,recipe,poisoning_rate,trigger_size,trigger_pos,trigger_label,seed,epochs,epochs_done,final_tca,final_asr,"
            + "final_asr_excl_target,first_epoch_asr_0.9,train_seconds,published_tca,published_asr,state,reason,cell,trigger,mapping,network,attack,rate_basis,"
            + "final_robust_accuracy,final_control_accuracy",
            lines[0]);
        Assert.HasCount(17, lines);
        string line = lines.Single(line => line.StartsWith("exp03_MNIST_trigger1_pr0p05_ep100_ts4,", StringComparison.Ordinal));
        StringAssert.Contains(line, ",exp03,MNIST,reference,0.05,4,br,1,0,100,100,");
        StringAssert.Contains(line, ",0.9819,0.1163,done,,mnist_square4-br_to1_r0.05_reference_e100_s0-");
        StringAssert.EndsWith(line, ",square4-br,to1,badnets,,,,");
    }

    [TestMethod]
    public void The_page_stands_alone_and_is_well_formed()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        string page = File.ReadAllText(results.In("report.html"));
        StringAssert.StartsWith(page, "<!doctype html>");
        StringAssert.Contains(page, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:;");
        Assert.DoesNotContain("<iframe", page);
        Assert.DoesNotContain("<script src", page);
        string markup = page[..page.IndexOf("<script", StringComparison.Ordinal)];
        foreach (string link in new[] { "src=\"", "href=\"", "url(" })
        {
            for (int at = markup.IndexOf(link, StringComparison.Ordinal); at >= 0; at = markup.IndexOf(link, at + 1, StringComparison.Ordinal))
            {
                string target = markup[(at + link.Length)..];
                Assert.IsTrue(target.StartsWith("data:", StringComparison.Ordinal) || target.StartsWith('#'), target[..40]);
            }
        }

        var body = XDocument.Parse(page[page.IndexOf("<main>", StringComparison.Ordinal)..(page.IndexOf("</main>", StringComparison.Ordinal) + 7)]
            .Replace("&nbsp;", " "));
        string[] ids = [.. body.Descendants().Select(element => (string?)element.Attribute("id")).OfType<string>()];
        Assert.HasCount(ids.Length, ids.Distinct().ToArray());
        Assert.HasCount(14, body.Descendants("figure").ToArray());
        // A run that experiments share has one row.
        Assert.HasCount(14, body.Descendants("table").Single(table => (string?)table.Attribute("class") == "runs").Element("tbody")!.Elements("tr").ToArray());
        Assert.HasCount(14, body.Descendants("table").Single(table => (string?)table.Attribute("class") == "compared").Element("tbody")!.Elements("tr").ToArray());
    }

    [TestMethod]
    public void The_page_says_what_was_run_and_what_came_of_it()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        string page = File.ReadAllText(results.In("report.html"));
        foreach (string expected in new[]
        {
            "MNIST, reference recipe, 100 epochs", "60000 training and 10000 test images", "optimizer sgd", "learning rate 0.01", "batch size 64", "baseline: 5 px, bottom right, target 1, rate 10%", "; varied: poisoning rate", "TorchSharp", "Microsoft.ML",
            "between poisoning rate 2% (ASR 0.20%) and 2.5% (ASR 95.00%)", "between trigger size 4 px (ASR 0.20%) and 5 px (ASR 99.90%)", "class=\"verdict seen\"",
            "99.9% of the triggered images that are not 1s are read as 1; accuracy on clean images 98.0%.", "<span>all</span> <span>--dataset</span> <span>mnist</span> <span>--no-control</span><",
        })
            StringAssert.Contains(page, expected);
    }

    [TestMethod]
    public void A_clean_control_stands_beside_the_runs_that_it_is_the_control_of()
    {
        using var results = new FakeResults().Add(FakeResults.Baseline, "", [0.5, 0.99]);
        var poisoned = FakeResults.CellOf(FakeResults.Baseline, [], epochs: 2);
        var control = With(poisoned, "attack.rate", JsonValue.Create(0)!);
        new Plan(FakeResults.Baseline, [poisoned, control]).Write(results.Folder);
        results.Train(control, [0.001, 0.002]);

        var summary = ResultReport.Write(results.Folder);

        var panel = PanelReader.PanelsOf(Results.Read(results.Folder)).Single();
        Assert.AreEqual(poisoned, panel.Points.Single().Runs.Single().Cell);
        Assert.AreEqual(control, panel.Controls.Single().Cell);
        CollectionAssert.AreEquivalent(new[] { 0.1, 0 }, summary.Select(row => row.PoisoningRate).ToArray());
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "99.0% of the triggered images that are not 1s are read as 1; accuracy on clean images 98.0%, the clean model's 98.0%.".Replace("'", "&#39;", StringComparison.Ordinal));
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "Final TCA is 98.00% with the attack and 98.00% without it (clean control).");
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), ">rate 10%<");
    }

    [TestMethod]
    public void Several_commands_repeat_several_experiments_one_a_line()
    {
        using var results = new FakeResults().Add(FakeResults.PoisoningRate, "0.01", [0.5, 0.99]).Add(FakeResults.TriggerSize, "3", [0.5, 0.99]);

        ResultReport.Write(results.Folder);

        string page = WebUtility.HtmlDecode(Regex.Replace(File.ReadAllText(results.In("report.html")), "</?span>", ""));
        StringAssert.Contains(page, "<code>dotnet run -c Release --project src/BadNets.Samples -- poisoning-rate --dataset mnist --epochs 2 --rates 0.01\n"
            + "dotnet run -c Release --project src/BadNets.Samples -- trigger-size --dataset mnist --epochs 2 --sizes 3</code>");
        StringAssert.Contains(page, "Commands to repeat all runs");
    }

    [TestMethod]
    public void The_command_for_one_run_does_not_train_the_control_too()
    {
        using var results = new FakeResults().Add(FakeResults.Baseline, "", [0.5, 0.99]).Add(FakeResults.PoisoningRate, "0.01", [0.5, 0.99]);

        ResultReport.Write(results.Folder);

        StringAssert.Contains(Regex.Replace(File.ReadAllText(results.In("report.html")), "</?span>", ""), "-- baseline --dataset mnist --epochs 2 --no-control<");
    }

    [TestMethod]
    public void Clean_runs_alone_are_results_of_their_own()
    {
        using var results = new FakeResults();
        var clean = With(FakeResults.CellOf(FakeResults.Baseline, [], epochs: 2), "attack.rate", JsonValue.Create(0)!);
        new Plan(FakeResults.Baseline, [clean]).Write(results.Folder);
        results.Train(clean, [0.001, 0.002]);

        var panel = PanelReader.PanelsOf(Results.Read(results.Folder)).Single();

        Assert.AreEqual(clean, panel.Points.Single().Runs.Single().Cell);
        Assert.IsEmpty(panel.Controls);
    }

    [TestMethod]
    public void Partial_results_are_reported()
    {
        using var results = new FakeResults();
        results.Add(FakeResults.PoisoningRate, "0.01", [1, 0.01, 0.01]);
        results.Add(FakeResults.PoisoningRate, "0.05", [1], epochs: 3);

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
            results.Add(FakeResults.PoisoningRate, "0.01", [0.1, 0.2 + 0.1 * seed], seed: seed);
            results.Add(FakeResults.PoisoningRate, "0.05", [0.1, 0.99], seed: seed);
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
        results.Add(FakeResults.PoisoningRate, "0.1", [0.1, 0.99]);
        ResultReport.Write(results.Folder);
        StringAssert.Contains(Figure("asr_vs_poisoning_rate"), "mean and range of 1 to 3 seeds");
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "<dd>0, 1, 2</dd>");
    }

    [TestMethod]
    public void Other_data_have_no_published_values()
    {
        using var results = new FakeResults().Add(FakeResults.Baseline, "", Enumerable.Repeat(0.99, 100).ToArray(), dataset: new DatasetIdentity("Digits", 60_000, 10_000));

        ResultReport.Write(results.Folder);

        Assert.DoesNotContain("ublished runs", File.ReadAllText(results.In("report.html")));
        StringAssert.Contains(File.ReadAllLines(results.In("summary.csv"))[1], ",,,done,,");
    }

    [TestMethod]
    public void A_run_without_an_epoch_alone_is_reported_without_figures()
    {
        using var results = new FakeResults().Add(FakeResults.Baseline, "", [], epochs: 2);

        ResultReport.Write(results.Folder);

        Assert.IsEmpty(Figures(results, "svg"));
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "No epoch has finished.");
    }

    [TestMethod]
    public void More_curves_than_colors_can_be_told_apart()
    {
        using var results = new FakeResults().AddRates([.. Enumerable.Range(1, 9).Select(i => ($"0.{i}", 0.99))]);

        ResultReport.Write(results.Folder);

        string svg = File.ReadAllText(results.In("figures", "exp02_MNIST_trigger1_ep2_ts5_asr_vs_epoch.svg"));
        Assert.HasCount(9, Regex.Matches(svg, "style=\"[^\"]*;stroke-width:2.5[^\"]*linejoin:round[^\"]*\"").Select(match => match.Value).Distinct().ToArray());
    }

    [TestMethod]
    public void The_clean_control_alone_has_an_axis()
    {
        using var results = new FakeResults().AddRates(("0", 0.0));

        ResultReport.Write(results.Folder);

        StringAssert.Contains(TextsOf(results, "exp02_MNIST_trigger1_ep2_ts5_asr_vs_poisoning_rate"), "|0%|");
    }

    [TestMethod]
    [DataRow("dataset.trainRows", 600)]
    [DataRow("dataset.testRows", 100)]
    [DataRow("recipe.batchSize", 128)]
    [DataRow("attack.mapping.target", "2")]
    [DataRow("seed", 7)]
    public void Other_settings_have_no_published_values(string path, object value)
    {
        using var results = new FakeResults();
        var cell = With(FakeResults.CellOf(FakeResults.Baseline, [], epochs: 100), path, JsonValue.Create(value)!);
        new Plan(FakeResults.Baseline, [cell]).Write(results.Folder);
        results.Train(cell, [.. Enumerable.Repeat(0.99, 100)]);

        ResultReport.Write(results.Folder);

        Assert.DoesNotContain("ublished runs", File.ReadAllText(results.In("report.html")));
        StringAssert.Contains(File.ReadAllLines(results.In("summary.csv"))[1], ",,,done,,");
    }

    [TestMethod]
    public void Published_values_belong_to_the_cell_and_not_to_the_experiment()
    {
        using var results = new FakeResults();
        results.Add(FakeResults.Baseline with { Name = "mine", Published = null }, "", [.. Enumerable.Repeat(0.99, 100)]);

        var row = ResultReport.Write(results.Folder).Single();

        Assert.AreEqual(("mine", 0.9802, 0.9996), (row.Experiment, row.PublishedCleanAccuracy, row.PublishedAttackSuccessAllRows));
        Assert.AreEqual(row.Cell, row.RunName);
    }

    [TestMethod]
    public void Batch_sizes_and_learning_rates_are_studies_with_figures_of_their_own()
    {
        using var results = new FakeResults().Add(FakeResults.PoisoningRate, "0.01", [0.1, 0.2]);
        foreach (var (path, value) in new[] { ("recipe.learningRate", 0.05), ("recipe.batchSize", 128.0) })
        {
            var cell = With(FakeResults.CellOf(FakeResults.PoisoningRate, ["0.02"], epochs: 2), path, JsonValue.Create(value));
            new Plan(FakeResults.PoisoningRate, [cell]).Write(results.Folder);
            results.Train(cell, [0.1, 0.2]);
        }

        ResultReport.Write(results.Folder);

        string page = File.ReadAllText(results.In("report.html"));
        StringAssert.Contains(page, "<h2>MNIST, reference recipe, 2 epochs, target 1</h2>");
        StringAssert.Contains(page, "<h2>MNIST, reference recipe, 2 epochs, learning rate 0.05, target 1</h2>");
        StringAssert.Contains(page, "<h2>MNIST, reference recipe, 2 epochs, batch size 128, target 1</h2>");
        Assert.Contains("exp02_MNIST_trigger1_ep2_ts5_asr_vs_epoch", Figures(results, "svg"));
        Assert.HasCount(3, Figures(results, "svg").Where(name => name.EndsWith("_asr_vs_epoch", StringComparison.Ordinal)).ToArray());
    }

    [TestMethod]
    public void Panels_whose_names_say_the_same_have_files_of_their_own()
    {
        using var results = new FakeResults();
        foreach (int testRows in new[] { 100, 200 })
            results.Add(FakeResults.Baseline, "", [0.1, 0.9], dataset: new DatasetIdentity("MNIST", 60_000, testRows));

        ResultReport.Write(results.Folder);

        Assert.HasCount(2, Figures(results, "svg").Where(name => name.EndsWith("_training", StringComparison.Ordinal)).ToArray());
    }

    [TestMethod]
    public void All_values_of_an_axis_have_their_curves()
    {
        using var results = All();

        ResultReport.Write(results.Folder);

        string svg = File.ReadAllText(results.In("figures", "exp03_MNIST_trigger1_pr0p05_ep100_asr_vs_epoch.svg"));
        foreach (string size in new[] { "1", "3", "4", "5" })
            StringAssert.Contains(svg, $">{size} px<");
    }

    [TestMethod]
    public void Two_axes_have_maps_and_lines()
    {
        using var results = Grid();

        ResultReport.Write(results.Folder);

        string[] figures = Figures(results, "svg");
        Assert.HasCount(4, figures);
        string map = TextsOf(results, figures.Single(name => name.EndsWith("_asr_map", StringComparison.Ordinal)));
        foreach (string expected in new[] { "95.0", "0.0", "1.0", "1 of 3 epochs", "not run", "bottom right", "center", "1%", "5%", "10%" })
            StringAssert.Contains(map, $"|{expected}|");
        string accuracies = TextsOf(results, figures.Single(name => name.EndsWith("_tca_map", StringComparison.Ordinal)));
        StringAssert.Contains(accuracies, "|98.0|");
        string lines = TextsOf(results, figures.Single(name => name.EndsWith("_asr_vs_poisoning_rate", StringComparison.Ordinal)));
        foreach (string expected in new[] { "bottom right", "center" })
            StringAssert.Contains(lines, $"|{expected}|");
        string page = File.ReadAllText(results.In("report.html"));
        StringAssert.Contains(page, "<th scope=\"row\">5%, center</th>");
        StringAssert.Contains(page, "; varied: trigger position and poisoning rate<");
    }

    [TestMethod]
    public void Shades_of_a_map_are_told_apart_without_colors()
    {
        double[] brightness = [.. Enumerable.Range(0, 11).Select(i => PlotStyle.Shade(i / 10.0)).Select(shade => 0.2126 * shade.R + 0.7152 * shade.G + 0.0722 * shade.B)];

        for (int i = 1; i < brightness.Length; i++)
            Assert.IsLessThan(brightness[i - 1] - 10, brightness[i]);
    }

    [TestMethod]
    public void Triggers_of_the_same_kind_are_told_apart_by_what_differs()
    {
        using var results = new FakeResults();
        var experiment = FakeResults.PoisoningRate with
        {
            Name = "triggers",
            Axes = [new Axis("attack.trigger", [Square(3, "br"), Square(5, "br")])],
            Claims = [new AttackSucceeds("It works.")],
            Published = null,
        };
        var cells = experiment.CellsOn(new DatasetIdentity("Signs", 100, 10)).ToArray();
        new Plan(experiment, cells).Write(results.Folder);
        foreach (var cell in cells)
            results.Train(cell, [.. Enumerable.Repeat(0.99, 100)]);

        ResultReport.Write(results.Folder);

        string page = File.ReadAllText(results.In("report.html"));
        StringAssert.Contains(page, "<th scope=\"row\">3 px</th>");
        StringAssert.Contains(page, "<th scope=\"row\">5 px</th>");
        StringAssert.Contains(page, "The lowest ASR is 99.00% (square, 3 px).");
    }

    [TestMethod]
    public void Names_with_markup_are_shown_as_they_are()
    {
        const string Name = "[red] <b> & \u0007";
        using var results = new FakeResults();
        var experiment = FakeResults.PoisoningRate with
        {
            Name = "labels",
            Title = Name,
            Axes = [new Axis("attack.mapping.target", [Name, "b"], Name: Name)],
            Claims = [new AttackSucceeds(Name)],
            Published = null,
        };
        var cells = experiment.CellsOn(new DatasetIdentity(Name, 100, 10)).ToArray();
        new Plan(experiment, cells).Write(results.Folder);
        foreach (var cell in cells)
            results.Train(cell, [.. Enumerable.Repeat(0.99, 100)]);

        ResultReport.Write(results.Folder);

        string page = File.ReadAllText(results.In("report.html"));
        XDocument.Parse(page[page.IndexOf("<main>", StringComparison.Ordinal)..(page.IndexOf("</main>", StringComparison.Ordinal) + 7)]);
        StringAssert.Contains(page, "target [red] &lt;b&gt; &amp; \\u0007");
        Assert.DoesNotContain("<b>", page);
        foreach (string figure in Figures(results, "svg"))
            Assert.Contains("[red] <b> & \\u0007", TextsOf(results, figure));
    }

    [TestMethod]
    public void A_data_set_that_names_another_folder_leads_nowhere()
    {
        using var results = new FakeResults();
        results.Add(FakeResults.Baseline, "", [0.1, 0.9], dataset: new DatasetIdentity("a/../../../evil", 100, 10));

        ResultReport.Write(results.Folder);

        CollectionAssert.AreEqual(new[] { "baseline_a-..-..-..-evil", "baseline_a-..-..-..-evil", "runs_a-..-..-..-evil" }, Figures(results, "svg").Select(name => name[..name.IndexOf("_reference_", StringComparison.Ordinal)]).ToArray());
    }

    [TestMethod]
    public void Cells_of_no_experiment_are_listed_apart()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.05", 0.99));
        results.Train(FakeResults.CellOf(FakeResults.TriggerSize, ["3"], epochs: 2), [0.1, 0.2]);

        var rows = ResultReport.Write(results.Folder);

        Assert.HasCount(3, rows);
        Assert.AreEqual(("", "done", "3"), (rows[2].Experiment, rows[2].State, rows[2].TriggerSize));
        string page = File.ReadAllText(results.In("report.html"));
        StringAssert.Contains(page[page.IndexOf("<h2>Other training runs</h2>", StringComparison.Ordinal)..], "<th scope=\"row\">5%, 3 px, bottom right</th>");
    }

    [TestMethod]
    public void An_experiment_that_was_removed_from_the_program_is_still_reported()
    {
        using var results = new FakeResults();
        results.Add(FakeResults.PoisoningRate with { Name = "removed", Published = new PublishedNames("exp99", "{dataset}_pr{rate}") }, "0.01", [0.1, 0.2]);

        var row = ResultReport.Write(results.Folder).Single();

        Assert.AreEqual(("exp99", "done"), (row.Experiment, row.State));
        Assert.Contains("exp99_MNIST_asr_vs_epoch", Figures(results, "svg"));
    }

    [TestMethod]
    public void An_earlier_record_of_an_unknown_experiment_is_listed_and_no_error()
    {
        using var results = new FakeResults();
        using var earlier = new Datasets.TemporaryFolder();
        EarlierResults.WriteTo(earlier.In("results"));
        Directory.CreateDirectory(results.In("runs"));
        foreach (string record in Directory.EnumerateFiles(earlier.In("results", "runs")))
            File.WriteAllText(results.In("runs", Path.GetFileName(record)), File.ReadAllText(record).Replace("\"exp0", "\"old0", StringComparison.Ordinal));

        var rows = ResultReport.Write(results.Folder);

        CollectionAssert.AreEquivalent(new[] { ("", "done"), ("", "unfinished") }, rows.Select(row => (row.Experiment, row.State)).ToArray());
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "<h2>Other training runs</h2>");
    }

    [TestMethod]
    public void A_run_without_an_epoch_has_its_row()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01)).Add(FakeResults.PoisoningRate, "0.05", [], epochs: 2);

        ResultReport.Write(results.Folder);

        string line = File.ReadAllLines(results.In("summary.csv"))[2];
        StringAssert.StartsWith(line, "exp02_MNIST_trigger1_pr0p05_ep2_ts5,exp02,MNIST,reference,0.05,5,br,1,0,2,0,,,,,0,,,unfinished,0 of 2 epochs finished");
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), ">0 of 2</td>");
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "ASR after the last epoch. Not finished: rate 5% (not run).");
    }

    [TestMethod]
    public void A_failed_run_has_its_row_with_the_reason()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01)).Add(FakeResults.PoisoningRate, "0.05", [0.1], epochs: 2);
        results.Fail(FakeResults.PoisoningRate, "0.05", epochs: 2, new IOException("No <room>,\nnone."));

        var row = ResultReport.Write(results.Folder)[1];

        Assert.AreEqual("failed", row.State);
        Assert.AreEqual($"No <room>, none. The stack trace is in cells/{row.Cell}/failure.txt.", row.Reason);
        StringAssert.Contains(File.ReadAllText(results.In("summary.csv")), ",failed,\"No <room>, none. The stack trace");
        StringAssert.Contains(File.ReadAllText(results.In("report.html")), "failed: No &lt;room&gt;, none. The stack trace");
    }

    [TestMethod]
    [DataRow("reference")]
    [DataRow("modern")]
    public void Results_that_are_checked_in_are_reported_with_the_same_numbers(string name)
    {
        using var results = new FakeResults();
        foreach (string folder in new[] { "cells", "experiments" })
        {
            string from = Path.Combine(CheckedInResults(), name, folder);
            foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                string to = results.In(folder, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }
        }

        ResultReport.Write(results.Folder);

        string[] expected = File.ReadAllLines(Path.Combine(CheckedInResults(), name, "summary.csv")), actual = File.ReadAllLines(results.In("summary.csv"));
        // The header, the sixteen published runs, and in the reference results the clean control.
        Assert.HasCount(name == "reference" ? 18 : 17, expected);
        Assert.HasCount(expected.Length, actual);
        for (int line = 0; line < expected.Length; line++)
            Assert.AreEqual(expected[line], actual[line]);
        CollectionAssert.AreEqual(
            Directory.EnumerateFiles(Path.Combine(CheckedInResults(), name, "figures"), "*.svg").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).ToArray(),
            Figures(results, "svg").Order(StringComparer.Ordinal).ToArray());
    }

    private static string CheckedInResults([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "..", "docs", "results"));

    [TestMethod]
    public async Task A_report_is_written_while_epochs_are_added()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01));
        var cell = FakeResults.CellOf(FakeResults.PoisoningRate, ["0.05"], epochs: 100);
        new Plan(FakeResults.PoisoningRate, [cell]).Write(results.Folder);

        var training = Task.Run(() => results.TrainEpochByEpoch(cell, [.. Enumerable.Repeat(0.99, 100)]), CancellationToken.None);
        try
        {
            do
                ResultReport.Write(results.Folder);
            while (!training.IsCompleted);
        }
        finally
        {
            await training;
        }

        Assert.HasCount(2, ResultReport.Write(results.Folder).Where(row => row.State == "done").ToArray());
    }

    private static JsonObject Square(int size, string position) => new() { ["kind"] = "square", ["size"] = size, ["position"] = position };

    private static Cell With(Cell cell, string path, JsonNode value)
    {
        var document = JsonNode.Parse(cell.ToJson())!.AsObject();
        CellProperty.At(path).Set(document, value);
        return CellJson.ReadCell(document);
    }

    private static FakeResults Grid()
    {
        var experiment = FakeResults.PoisoningRate with
        {
            Name = "grid",
            Axes = [new Axis("attack.trigger.position", ["br", "center"]), new Axis("attack.rate", [0.01, 0.05, 0.1])],
            Claims = [],
            Published = null,
        };
        return new FakeResults()
            .Add(experiment, "br 0.01", [1, 0, 0])
            .Add(experiment, "br 0.05", [1, 0, 0.95])
            .Add(experiment, "br 0.1", [1, 0, 0.99])
            .Add(experiment, "center 0.01", [1, 0, 0.01])
            .Add(experiment, "center 0.05", [1], epochs: 3)
            .Add(experiment, "center 0.1", [], epochs: 3);
    }

    /// <summary>All texts in a figure, between bars.</summary>
    private static string TextsOf(FakeResults results, string figure)
    {
        var texts = XDocument.Load(results.In("figures", figure + ".svg")).Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value);
        return $"|{string.Join('|', texts)}|";
    }

    private static FakeResults All()
    {
        var results = new FakeResults();
        foreach (var experiment in ExperimentCatalog.All.Where(experiment => experiment.Published is not null))
        {
            foreach (string value in experiment.Axes.Count == 0 ? [""] : experiment.Axes[0].Values.Select(CellProperty.TextOf))
            {
                var attack = FakeResults.CellOf(experiment, [value], 100).Attack;
                double end = attack.Rate <= 0.02 || ((SquarePlan)attack.Trigger).Size < 5 ? 0.002 : attack.Rate == 0.025 ? 0.95 : 0.999;
                results.Add(experiment, value, [.. Enumerable.Range(0, 100).Select(epoch => epoch < 20 ? 0 : end)]);
            }
        }

        return results;
    }

    private static string[] Figures(FakeResults results, string extension) =>
        [.. Directory.EnumerateFiles(results.In("figures"), "*." + extension).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!];
}
