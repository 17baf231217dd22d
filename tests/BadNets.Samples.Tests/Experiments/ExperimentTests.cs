using System.Text;
using System.Text.Json.Nodes;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Samples.Tests.Datasets;
using BadNets.Transforms;
using SkiaSharp;

namespace BadNets.Samples.Tests.Experiments;

[TestClass]
public sealed class ExperimentTests
{
    private const string Square = """{ "trigger": { "kind": "square", "size": 5, "position": "br" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1 }""";

    private const string Named = $$"""
        {
          "name": "named", "title": "Named", "cell": { "attack": {{Square}} }, "cleanControl": true,
          "axes": [
            { "path": "attack", "names": ["Patch", "Blend"], "values": [ {{Square}}, { "trigger": { "kind": "blend" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1, "coverRate": 0.2 } ] },
            { "path": "attack.rate", "values": [0.1, 0.05], "scales": ["attack.coverRate"] }
          ]
        }
        """;

    private static readonly DatasetIdentity Mnist = new("MNIST", 60000, 10000);

    private static Experiment[] Published => [.. ExperimentCatalog.All.Where(experiment => experiment.Published is not null)];

    [TestMethod]
    public void Runs_have_the_names_of_the_reference()
    {
        string[] names = [.. Published.Select(experiment => new Plan(experiment, experiment.CellsOn(Mnist))).SelectMany(plan => plan.Cells.Select(plan.ExportNameOf))!];

        CollectionAssert.AreEqual(
            new[]
            {
                "exp01_MNIST_trigger1_pr0p1_ep100_ts5",
                "exp01_MNIST_trigger1_pr0p0_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p01_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p02_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p025_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p0275_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p03_ep100_ts5",
                "exp02_MNIST_trigger1_pr0p05_ep100_ts5",
                "exp03_MNIST_trigger1_pr0p05_ep100_ts1",
                "exp03_MNIST_trigger1_pr0p05_ep100_ts3",
                "exp03_MNIST_trigger1_pr0p05_ep100_ts4",
                "exp03_MNIST_trigger1_pr0p05_ep100_ts5",
                "exp04_MNIST_posbr_pr0p05_ts5_ep100",
                "exp04_MNIST_posbl_pr0p05_ts5_ep100",
                "exp04_MNIST_postr_pr0p05_ts5_ep100",
                "exp04_MNIST_postl_pr0p05_ts5_ep100",
                "exp04_MNIST_poscenter_pr0p05_ts5_ep100",
            },
            names);
    }

    [TestMethod]
    public void Sixteen_runs_and_the_clean_control_need_fifteen_trainings()
    {
        Cell[] cells = [.. Published.SelectMany(experiment => experiment.CellsOn(Mnist))];

        Assert.HasCount(17, cells);
        Assert.HasCount(15, cells.Distinct());
        Assert.HasCount(1, cells.Where(cell => cell.Attack.IsNone));
        // All experiments except the baseline train the largest square at the bottom right with a rate of 0.05.
        Assert.HasCount(3, cells.Where(cell => cell.Attack.Trigger == new SquarePlan(5, TriggerPosition.BottomRight) && cell.Attack.Rate == 0.05));
    }

    [TestMethod]
    public void Names_contain_values_that_are_not_the_default()
    {
        var cell = new Cell(
            Mnist, new Attack(new SquarePlan(5, TriggerPosition.Center), new ToPlan("7"), 0.1), Recipe.Adam with { Epochs = 3 }, seed: 2);

        Assert.AreEqual("exp01_MNIST_trigger7_pr0p1_ep3_ts5_poscenter_adam_seed2", Published[0].Published!.NameOf(cell));
        Assert.AreEqual("exp04_MNIST_poscenter_pr0p1_ts5_ep3_trigger7_adam_seed2", Published[3].Published!.NameOf(cell));
    }

    [TestMethod]
    public void Changed_recipes_have_separate_CSV_files()
    {
        var names = Published[0].Published!;
        Cell Of(Recipe recipe) => new(Mnist, new Attack(new SquarePlan(5, TriggerPosition.BottomRight), new ToPlan("1"), 0.1), recipe, 0);
        Recipe[] recipes =
        [
            Recipe.Reference, Recipe.Reference with { Epochs = 3 }, Recipe.Reference with { Optimizer = TorchCnnOptimizer.Adam }, Recipe.Reference with { Momentum = 0.9 },
            Recipe.Reference with { Momentum = 0.5 }, Recipe.Adam,
        ];

        Assert.HasCount(recipes.Length, recipes.Select(recipe => names.NameOf(Of(recipe))).Distinct());
    }

    [TestMethod]
    public void Cells_that_the_published_columns_cannot_describe_have_no_published_name()
    {
        var published = Published[0];
        var attack = published.CellsOn(Mnist).First().Attack;
        Attack[] attacks =
        [
            attack with { Trigger = new BlendPlan() }, attack with { Trigger = new SquarePlan(5, TriggerPosition.BottomRight, Gray: 128) },
            attack with { Mapping = new NextPlan() }, attack with { Mapping = new ToPlan("cat") }, attack with { Mapping = new ToPlan("../1") },
            new(attack.Trigger, attack.Mapping, attack.Rate, Selection.Target), new(attack.Trigger, attack.Mapping, attack.Rate, CoverRate: 0.1),
        ];
        Cell[] cells =
        [
            .. attacks.Select(attack => new Cell(Mnist, attack, Recipe.Reference, 0)),
            .. new[] { "../MNIST", "a/b" }.Select(name => published.CellsOn(Mnist with { Name = name }).First()),
            new Cell(Mnist, attack, Recipe.Reference with { Name = "../../reference" }, 0),
        ];
        string?[] names = [.. cells.Select(cell => new Plan(published, [cell]).ExportNameOf(cell))];

        Assert.HasCount(10, names);
        foreach (string? name in names)
            Assert.IsNull(name);
    }

    [TestMethod]
    [DataRow(0.0, "0p0")]
    [DataRow(0.1, "0p1")]
    [DataRow(0.0275, "0p0275")]
    [DataRow(1.0, "1p0")]
    public void Rates_in_names_are_formatted_like_in_Python(double rate, string expected) => Assert.AreEqual(expected, PublishedNames.RateInNames(rate));

    [TestMethod]
    public void Every_built_in_experiment_round_trips_through_JSON()
    {
        Assert.IsGreaterThan(5, ExperimentCatalog.All.Count);
        foreach (var experiment in ExperimentCatalog.All)
        {
            var again = Experiment.Parse(Encoding.UTF8.GetBytes(experiment.ToJson()), "again");

            Assert.AreEqual(experiment.ToJson(), again.ToJson());
            foreach (var (before, after) in ExperimentCatalog.Expand(experiment).Zip(ExperimentCatalog.Expand(again)))
                CollectionAssert.AreEqual(before.CellsOn(Mnist).ToArray(), after.CellsOn(Mnist).ToArray());
        }
    }

    [TestMethod]
    public void A_clean_control_is_the_same_run_without_poisoned_rows()
    {
        var experiment = Parse($$"""
            {
              "name": "control", "title": "Control", "cell": { "attack": {{Square.Replace("0.1 }", "0.1, \"coverRate\": 0.2 }", StringComparison.Ordinal)}}, "recipe": "adam" }, "seeds": [3, 4],
              "axes": [ { "path": "attack.trigger.size", "values": [1, 2] } ], "cleanControl": true
            }
            """);

        Cell[] cells = [.. experiment.CellsOn(Mnist)], controls = [.. cells.Where(cell => cell.Attack.IsNone)];

        Assert.HasCount(6, cells.Distinct());
        CollectionAssert.AreEqual(new[] { 3, 4 }, controls.Select(cell => cell.Seed).ToArray());
        Assert.IsTrue(controls.All(cell => cell.Recipe == Recipe.Adam && cell.Attack == new Attack(new SquarePlan(5, TriggerPosition.BottomRight), new ToPlan("1"), 0)));
    }

    [TestMethod]
    [DataRow("MNIST", 3, 2, false)]
    [DataRow("GTSRB32-01234567", 8, 4, false)]
    [DataRow("GTSRB-32px-01234567-first600", 8, 4, false)]
    [DataRow("CIFAR10-01234567", 15, 4, true)]
    [DataRow("CIFAR10-JPEG-01234567", 15, 4, true)]
    [DataRow("pictures-01234567", 3, 2, false)]
    public void The_modern_recipe_is_the_one_for_the_data_set(string dataset, int epochs, int padding, bool flips)
    {
        var experiment = Parse($$"""{ "name": "m", "title": "M", "cell": { "attack": {{Square}}, "recipe": { "name": "modern", "batchSize": 32 } }, "axes": [ { "path": "recipe.learningRate", "values": [0.1, 0.2] } ] }""");
        var identity = new DatasetIdentity(dataset, 600, 100);

        foreach (var same in new[] { experiment, Experiment.Parse(Encoding.UTF8.GetBytes(experiment.ToJson()), "again"), experiment.With(CellProperty.At("recipe.batchSize"), 32) })
        {
            var recipes = same.CellsOn(identity).Select(cell => cell.Recipe).ToArray();

            CollectionAssert.AreEqual(new[] { 0.1, 0.2 }, recipes.Select(recipe => recipe.LearningRate).ToArray());
            var expected = new Recipe(
                "modern", "resnet20", TorchCnnOptimizer.Sgd, 0.1, TorchCnnHead.Logits, 32, epochs, null, 0.9, 5e-4, new OneCyclePlan(), new AugmentationPlan(padding, flips ? true : null));
            Assert.AreEqual(expected, recipes[0]);
            Assert.AreEqual(Recipe.AllFor(identity)[1], Recipe.ClosestTo(recipes[0], identity));
        }
    }

    [TestMethod]
    public void A_changed_optimizer_of_the_modern_recipe_has_no_momentum_of_another()
    {
        var experiment = Parse($$"""{ "name": "m", "title": "M", "cell": { "attack": {{Square}}, "recipe": { "name": "modern", "optimizer": "adam" } } }""");

        Assert.IsNull(experiment.CellsOn(Mnist).Single().Recipe.Momentum);
    }

    // Experiments of earlier versions are stored with the whole recipe, which was then called modern.
    [TestMethod]
    public void A_whole_recipe_that_was_called_modern_stays_what_it_was()
    {
        var experiment = Parse($$"""
            {
              "name": "m", "title": "M",
              "cell": { "attack": {{Square}}, "recipe": { "name": "modern", "optimizer": "adam", "head": "logits", "network": "badnets", "learningRate": 0.001, "batchSize": 64, "epochs": 5 } }
            }
            """);

        var recipe = experiment.CellsOn(Mnist).Single().Recipe;

        Assert.AreEqual(Recipe.Adam with { Name = "modern", Epochs = 5 }, recipe);
        Assert.AreEqual(Recipe.Adam, Recipe.ClosestTo(recipe, Mnist));
        Assert.AreEqual("exp01_MNIST_trigger1_pr0p1_ep5_ts5_modern", Published[0].Published!.NameOf(new Cell(Mnist, new Attack(new SquarePlan(5, TriggerPosition.BottomRight), new ToPlan("1"), 0.1), recipe, 0)));
    }

    [TestMethod]
    public void Two_axes_and_seeds_give_all_combinations()
    {
        var experiment = Parse($$"""
            {
              "name": "both", "title": "Both", "cell": { "attack": {{Square}}, "recipe": { "name": "adam", "epochs": 2 } }, "seeds": [3, 4],
              "axes": [ { "path": "attack.trigger.size", "values": [1, 2] }, { "path": "attack.rate", "values": [0.1, 0.2, 0.3] } ]
            }
            """);

        Cell[] cells = [.. experiment.CellsOn(Mnist)];

        Assert.HasCount(12, cells.Distinct());
        CollectionAssert.AreEquivalent(
            (from size in new[] { 1, 2 } from rate in new[] { 0.1, 0.2, 0.3 } from seed in new[] { 3, 4 } select (size, rate, seed)).ToArray(),
            cells.Select(cell => (((SquarePlan)cell.Attack.Trigger).Size, cell.Attack.Rate, cell.Seed)).ToArray());
        Assert.IsTrue(cells.All(cell => cell.Recipe == Recipe.Adam with { Epochs = 2 }));
    }

    [TestMethod]
    public void Triggers_mappings_and_recipes_can_be_axes_too()
    {
        var experiment = Parse($$"""
            {
              "name": "kinds", "title": "Kinds", "cell": { "attack": {{Square}} },
              "axes": [ { "path": "attack.trigger", "values": [ { "kind": "blend" }, { "kind": "square", "size": 3, "position": "tl" } ] }, { "path": "recipe", "values": ["reference", "adam"] } ]
            }
            """);

        Cell[] cells = [.. experiment.CellsOn(Mnist)];

        CollectionAssert.AreEqual(new[] { Recipe.Reference, Recipe.Adam, Recipe.Reference, Recipe.Adam }, cells.Select(cell => cell.Recipe).ToArray());
        CollectionAssert.AreEqual(
            new TriggerPlan[] { new BlendPlan(), new BlendPlan(), new SquarePlan(3, TriggerPosition.TopLeft), new SquarePlan(3, TriggerPosition.TopLeft) },
            cells.Select(cell => cell.Attack.Trigger).ToArray());
    }

    [TestMethod]
    public void Attacks_have_names_and_a_later_axis_changes_a_part_of_them()
    {
        var experiment = Parse(Named);

        var cells = experiment.NamedCellsOn(Mnist).ToArray();

        CollectionAssert.AreEqual(
            new[] { "Patch 0.1 ", "Patch 0.05 ", "Blend 0.1 0.2", "Blend 0.05 0.1", " 0 " },
            cells.Select(each => FormattableString.Invariant($"{string.Concat(each.Names.Select(name => name.Name))} {each.Cell.Attack.Rate} {each.Cell.Attack.CoverRate}")).ToArray());
        var name = cells[2].Names.Single();
        Assert.IsTrue(name.Covers("attack.trigger.alpha"));
        Assert.IsFalse(name.Covers("attack.rate"));
        Assert.IsFalse(name.Covers("attack.coverRate"));
    }

    [TestMethod]
    public void Values_of_a_named_axis_are_chosen_by_name()
    {
        var axis = Parse(Named).Axes[0];

        Assert.AreEqual("Blend", axis.With(["blend"]).Names!.Single());
        Assert.AreEqual("blend", axis.With(["blend"]).Values[0]!["trigger"]!["kind"]!.ToString());
        StringAssert.Contains(Assert.ThrowsExactly<UsageException>(() => axis.With(["Blond"])).Message, "Unknown attack 'Blond'. Did you mean 'Blend'?");
    }

    [TestMethod]
    public void Cells_are_called_by_the_names_of_their_attacks()
    {
        var experiment = Parse(Named);
        Cell[] cells = [.. experiment.CellsOn(Mnist)];
        var labels = new CellLabels(cells, ValueName.Of([experiment], cells));

        CollectionAssert.AreEqual(new[] { "Patch, rate 10%", "Patch, rate 5%" }, cells.Take(2).Select(labels.Of).ToArray());
        StringAssert.StartsWith(labels.Of(cells[3]), "Blend, ");
        Assert.AreEqual("clean control", labels.Of(cells[4]));
    }

    [TestMethod]
    public void A_picture_is_identified_by_its_content()
    {
        using var folder = new TemporaryFolder();
        WritePicture(folder.In("a.png"), SKColors.White);
        WritePicture(folder.In("b.png"), SKColors.White);
        WritePicture(folder.In("c.png"), SKColors.Red);
        Cell Of(string file) => Experiment.Parse(
            Encoding.UTF8.GetBytes($$"""{ "name": "a", "title": "A", "cell": { "attack": { "trigger": { "kind": "picture", "file": "{{file}}", "size": 2, "position": "br" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1 } } }"""),
            folder.In("experiment.json")).CellsOn(Mnist).Single();

        var cell = Of("a.png");

        Assert.AreEqual(cell, Of("b.png"));
        Assert.AreNotEqual(cell, Of("c.png"));
        File.Delete(folder.In("a.png"));
        var again = CellJson.ReadCell(JsonNode.Parse(cell.ToJson())!);
        using var sources = new TriggerSources(() => throw new InvalidOperationException(), TriggerSources.NoModel);
        Assert.AreEqual(2, ((PatchTrigger)again.Attack.Trigger.Make(sources)).Width);
    }

    [TestMethod]
    public void A_mask_can_be_a_picture()
    {
        using var folder = new TemporaryFolder();
        WritePicture(folder.In("mask.png"), SKColors.Black, (1, 0, SKColors.White), (0, 1, SKColors.White));

        var experiment = Experiment.Parse(
            """{ "name": "a", "title": "A", "cell": { "attack": { "trigger": { "kind": "mask", "file": "mask.png", "position": "br" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1 } } }"""u8,
            folder.In("experiment.json"));

        CollectionAssert.AreEqual(new[] { ".x", "x." }, ((MaskPlan)experiment.CellsOn(Mnist).Single().Attack.Trigger).Rows.ToArray());
    }

    // Scaled down to a pixel, it would be completely transparent.
    [TestMethod]
    public void A_picture_can_be_transparent_but_for_a_pixel()
    {
        using var folder = new TemporaryFolder();
        WritePicture(folder.In("a.png"), SKColors.Transparent, 28, (27, 27, SKColors.White));

        var experiment = Experiment.Parse(
            """{ "name": "a", "title": "A", "cell": { "attack": { "trigger": { "kind": "blend", "file": "a.png" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1 } } }"""u8,
            folder.In("experiment.json"));

        Assert.IsNotNull(((BlendPlan)experiment.CellsOn(Mnist).Single().Attack.Trigger).Picture);
    }

    [TestMethod]
    [DataRow("missing.png", "There is no picture '")]
    [DataRow("text.png", "text.png'")]
    [DataRow("large.png", "but a picture in an experiment can have at most 65536")]
    public void A_picture_that_cannot_be_used_is_refused(string file, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.In("text.png"), "no picture");
        File.WriteAllBytes(folder.In("large.png"), new byte[100_000]);
        string json = $$"""{ "name": "a", "title": "A", "cell": { "attack": { "trigger": { "kind": "blend", "file": "{{file}}" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1 } } }""";

        var refusal = Assert.ThrowsExactly<UsageException>(() => Experiment.Parse(Encoding.UTF8.GetBytes(json), folder.In("experiment.json")));

        StringAssert.Contains(refusal.Message, expected);
    }

    [TestMethod]
    public void A_byte_order_mark_does_no_harm()
    {
        string json = $$"""{ "name": "one", "title": "One", "cell": { "attack": {{Square}} } }""";

        var experiment = Experiment.Parse([.. "\uFEFF"u8, .. Encoding.UTF8.GetBytes(json)], "one.json");

        Assert.AreEqual(Parse(json).ToJson(), experiment.ToJson());
    }

    [TestMethod]
    [DataRow("", "not an experiment")]
    [DataRow("not json", "not an experiment")]
    [DataRow("[]", "not an experiment")]
    [DataRow("null", "not an experiment")]
    [DataRow("{}", "'name'")]
    [DataRow("""{ "name": "a", "title": "A" }""", "no cell")]
    [DataRow("""{ "name": "a", "title": " ", "cell": CELL }""", "no title")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "colour": 1 }""", "Unknown property 'colour'")]
    [DataRow("""{ "name": 7, "title": "A", "cell": CELL }""", "'name' has the wrong type")]
    [DataRow("""{ "name": "a/b", "title": "A", "cell": CELL }""", "'a/b'")]
    [DataRow("""{ "name": "..", "title": "A", "cell": CELL }""", "'..'")]
    [DataRow("""{ "name": "A", "title": "A", "cell": CELL }""", "lowercase letters")]
    [DataRow("""{ "name": "", "title": "A", "cell": CELL }""", "lowercase letters")]
    [DataRow("""{ "name": "a", "title": "A", "cell": {} }""", "'attack'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK, "defence": 1 } }""", "Unknown property 'defence'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK, "seed": 3 } }""", "'seeds'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK, "recipe": "mine" } }""", "Unknown recipe 'mine'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK, "recipe": { "name": "mine" } } }""", "'recipe.")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK, "recipe": { "name": "adam", "learningRate": 0 } } }""", "learning rate")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK, "recipe": { "name": "adam", "epochs": 1.5 } } }""", "number of epochs must be a whole number of at least 1, but is '1.5'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": { "mapping": { "kind": "to", "target": "1" }, "rate": 0.1, "trigger": { "size": 3 } } } }""", "'attack.trigger' must be an object with a kind (square, pixel, ")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK, "attack": ATTACK } }""", "twice")]
    [DataRow("""{ "name": "a", "name": "b", "title": "A", "cell": CELL }""", "twice")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "seeds": [] }""", "no seeds")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "seeds": ["x"] }""", "seeds")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack.rate", "values": [] } ] }""", "no values")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack.rate" } ] }""", "'axes[0].values' is missing")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack.speed", "values": [1] } ] }""", "Unknown property 'attack.speed'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack.rate.x", "values": [1] } ] }""", "'attack.rate.x'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "", "values": [1] } ] }""", "path")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack..rate", "values": [1] } ] }""", "path")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack.rate", "values": [0.1, 2] } ] }""", "between 0 and 1")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack.rate", "values": 0.1 } ] }""", "axes")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "seed", "values": [1, 2] } ] }""", "'seeds'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "dataset.name", "values": ["x"] } ] }""", "not axes")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ AXIS, AXIS ] }""", "set the same property")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ AXIS, AXIS, AXIS ] }""", "3 axes, but the maximum is 2")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ null ] }""", "not an experiment")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ AXIS, { "path": "attack", "values": [ATTACK] } ] }""", "Put 'attack' first")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack", "values": [ATTACK], "names": ["A", "B"] } ] }""", "has 1 values, but 2 names")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack.rate", "values": [0.1, 0.2], "names": ["A", "a"] } ] }""", "have the name 'A'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack.rate", "values": [0.1], "names": ["A, B"] } ] }""", "no commas, but one is 'A, B'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack", "values": [ATTACK, ATTACK], "names": ["A", "B"] } ] }""", "Two named values give the same cell")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "axes": [ { "path": "attack.rate", "values": [0.1], "scales": ["attack.rate"] } ] }""", "cannot scale 'attack.rate'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": { "trigger": { "kind": "mask", "rows": ["x.", "x"], "position": "br" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1 } } }""", "row 2 has 1 pixels, and row 1 has 2")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": { "trigger": { "kind": "mask", "rows": ["xo"], "position": "br" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1 } } }""", "one is 'xo'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "claims": [ { "kind": "miracle", "text": "It works." } ] }""", "Unknown kind 'miracle' of 'claims[0]'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "claims": [ { "text": "It works." } ] }""", "'claims[0]' must be an object with a kind (attack-succeeds, ")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "published": { "number": "../../exp09", "runName": "x" } }""", "published names")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "published": { "number": "exp09", "runName": "x/{rate}" } }""", "published names")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "published": { "number": "", "runName": "x" } }""", "published names")]
    [DataRow("""{ "name": "a", "title": "A", "cell": CELL, "includes": ["baseline"] }""", "includes")]
    [DataRow("""{ "name": "a", "title": "A", "includes": [null] }""", "not an experiment")]
    public void Invalid_experiments_are_rejected_with_a_clear_message(string json, string expected)
    {
        json = json.Replace("CELL", "{ \"attack\": ATTACK }", StringComparison.Ordinal).Replace("ATTACK", Square, StringComparison.Ordinal)
            .Replace("AXIS", """{ "path": "attack.rate", "values": [0.1] }""", StringComparison.Ordinal);

        var refusal = Assert.ThrowsExactly<UsageException>(() => Parse(json));

        StringAssert.StartsWith(refusal.Message, "'test.json' is not an experiment: ");
        StringAssert.Contains(refusal.Message, expected);
        foreach (string jargon in new[] { "BadNets.", "System.", "BytePosition", "\n" })
            Assert.DoesNotContain(jargon, refusal.Message);
    }

    [TestMethod]
    public void A_property_that_is_an_axis_cannot_be_fixed()
    {
        var experiment = ExperimentCatalog.All.Single(experiment => experiment.Name == "trigger-size");

        Assert.ThrowsExactly<UsageException>(() => experiment.With(CellProperty.TriggerSize, JsonValue.Create(3)));
        Assert.IsTrue(experiment.With(CellProperty.Rate, JsonValue.Create(0.2)).CellsOn(Mnist).All(cell => cell.Attack.Rate == 0.2));
    }

    private static void WritePicture(string path, SKColor background, params (int X, int Y, SKColor Color)[] pixels) => WritePicture(path, background, 2, pixels);

    private static void WritePicture(string path, SKColor background, int side, params (int X, int Y, SKColor Color)[] pixels)
    {
        using var bitmap = new SKBitmap(side, side);
        bitmap.Erase(background);
        foreach (var (x, y, color) in pixels)
            bitmap.SetPixel(x, y, color);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, encoded.ToArray());
    }

    private static Experiment Parse(string json) => Experiment.Parse(Encoding.UTF8.GetBytes(json), "test.json");
}
