using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Tests.Experiments;

[TestClass]
public sealed class CellTests
{
    private const string Baseline = """
        {
          "dataset": { "name": "MNIST", "trainRows": 60000, "testRows": 10000 },
          "attack": { "trigger": { "kind": "square", "size": 5, "position": "br" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1 },
          "recipe": {
            "name": "reference", "network": "badnets", "optimizer": "sgd", "learningRate": 0.01, "head": "softmax", "batchSize": 64, "epochs": 100,
            "shuffle": "shared-with-validation"
          },
          "seed": 0
        }
        """;

    // Together they have every property.
    private static readonly string[] Full =
    [
        """
        {
          "dataset": { "name": "MNIST", "trainRows": 60000, "testRows": 10000 },
          "attack": {
            "trigger": { "kind": "square", "size": 5, "position": "br", "gray": 128 }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1,
            "selection": "target", "coverRate": 0.05
          },
          "recipe": {
            "name": "mine", "network": "badnets", "optimizer": "sgd", "learningRate": 0.01, "head": "softmax", "batchSize": 64, "epochs": 100,
            "shuffle": "shared-with-validation", "momentum": 0.9, "weightDecay": 0.0005, "schedule": { "kind": "step", "milestones": [50, 75], "factor": 0.1 },
            "augmentation": { "cropPadding": 4, "horizontalFlip": true, "rotationDegrees": 10 }, "labelSmoothing": 0.1
          },
          "seed": 0
        }
        """,
        """
        {
          "dataset": { "name": "MNIST", "trainRows": 60000, "testRows": 10000 },
          "attack": { "trigger": { "kind": "blend", "alpha": 0.3, "seed": 4 }, "mapping": { "kind": "pairs", "pairs": { "1": "7" } }, "rate": 0.1 },
          "recipe": {
            "name": "mine", "network": "badnets", "optimizer": "sgd", "learningRate": 0.01, "head": "softmax", "batchSize": 64, "epochs": 100,
            "schedule": { "kind": "cosine" }
          },
          "seed": 0
        }
        """,
        """
        {
          "dataset": { "name": "MNIST", "trainRows": 60000, "testRows": 10000 },
          "attack": {
            "trigger": { "kind": "picture", "picture": "AAAA", "size": 4, "position": "br", "opacity": 0.5 }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1,
            "testTrigger": { "kind": "mask", "rows": ["x."], "position": "br", "gray": 128 }, "rateBasis": "selected-rows",
            "coverRate": 0.05, "coverTrigger": { "kind": "residual", "trigger": { "kind": "quantize", "levels": 6, "dithering": true }, "count": 9, "seed": 3 }, "coverLabels": ["5"],
            "perturbation": { "epsilon": 8, "stepSize": 2, "steps": 10 }
          },
          "recipe": {
            "name": "mine", "network": "badnets", "optimizer": "sgd", "learningRate": 0.01, "head": "softmax", "batchSize": 64, "epochs": 100, "frozen": ["conv1"]
          },
          "classes": ["0", "1"],
          "seed": 0
        }
        """,
        """
        {
          "dataset": { "name": "MNIST", "trainRows": 60000, "testRows": 10000 },
          "attack": {
            "trigger": { "kind": "hidden-pieces", "trigger": { "kind": "warp-noise", "seed": 1, "strength": 0.4, "gridSize": 5, "noiseSeed": 2 }, "pieces": 3, "share": 0.25, "seed": 4 },
            "mapping": { "kind": "to", "target": "1" }, "rate": 0.1, "testTrigger": { "kind": "warp", "seed": 1, "strength": 0.4, "gridSize": 5 },
            "coverRate": 0.1, "coverTrigger": { "kind": "sinusoid", "amplitude": 20, "frequency": 5 }
          },
          "recipe": { "name": "mine", "network": "badnets", "optimizer": "sgd", "learningRate": 0.01, "head": "softmax", "batchSize": 64, "epochs": 100 },
          "initial": {
            "attack": {
              "trigger": { "kind": "low-frequency", "target": "1", "strength": 30, "frequencies": 3, "steps": 20, "count": 9, "seed": 3 }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1
            },
            "recipe": { "name": "first", "network": "badnets", "optimizer": "sgd", "learningRate": 0.01, "head": "softmax", "batchSize": 64, "epochs": 100 },
            "classes": ["0", "1"]
          },
          "seed": 0
        }
        """,
    ];

    // For properties whose values are names. The first valid one is used as another value.
    private static readonly string[] Words =
        ["resnet20", "adam", "logits", "training-only", "any", "all-rows", "tl", "2"];

    private static readonly string[] Kinds =
    [
        """{ "kind": "square", "size": 3, "position": "tl" }""", """{ "kind": "blend" }""", """{ "kind": "next" }""", """{ "kind": "to", "target": "3" }""",
        """{ "kind": "one-cycle" }""",
    ];

    [TestMethod]
    public void The_ID_of_the_published_baseline_never_changes()
    {
        Assert.AreEqual("mnist_square5-br_to1_r0.1_reference_e100_s0-179896caba", Read(Baseline).Id);
        var identity = new DatasetIdentity("MNIST", 60000, 10000);
        Assert.AreEqual(Read(Baseline), ExperimentCatalog.All.Single(experiment => experiment.Name == "baseline").CellsOn(identity).First());
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Cells_that_differ_in_any_property_have_different_IDs(int index)
    {
        var whole = Read(Full[index]);
        var names = new HashSet<string>(StringComparer.Ordinal) { whole.Id };
        foreach (string path in Leaves(JsonNode.Parse(Full[index])))
        {
            var other = Vary(Full[index], path);
            Assert.IsTrue(names.Add(other.Id), path);
            Assert.AreNotEqual(whole, other);
        }
    }

    [TestMethod]
    public void All_properties_are_covered()
    {
        var covered = Full.SelectMany(text => Leaves(JsonNode.Parse(text))).SelectMany(path => path.Split('.')).ToHashSet(StringComparer.Ordinal);

        string[] properties = [.. PropertiesOf(typeof(Cell), []).Distinct()];

        Assert.IsGreaterThan(20, properties.Length);
        CollectionAssert.IsSubsetOf(properties, covered.ToArray());
    }

    [TestMethod]
    public void The_order_of_properties_and_the_format_of_numbers_do_not_matter()
    {
        string reversed = Reverse(JsonNode.Parse(Baseline))!.ToJsonString();

        Assert.AreNotEqual(JsonNode.Parse(Baseline)!.ToJsonString(), reversed);
        Assert.AreEqual(Read(Baseline).Id, Read(reversed).Id);
        foreach (string rate in new[] { "0.10", "1e-1", "1E-01", "0.1000000000000000055" })
            Assert.AreEqual(Read(Baseline).Id, Read(Baseline.Replace("\"rate\": 0.1", $"\"rate\": {rate}", StringComparison.Ordinal)).Id, rate);
        Assert.AreEqual(Read(Baseline).Id, Read(Baseline.Replace("\"target\": \"1\"", "\"target\": 1", StringComparison.Ordinal)).Id);
        Assert.AreEqual(Read(Baseline.Replace("\"rate\": 0.1", "\"rate\": 0", StringComparison.Ordinal)).Id, Read(Baseline.Replace("\"rate\": 0.1", "\"rate\": -0.0", StringComparison.Ordinal)).Id);
    }

    [TestMethod]
    public void An_optional_property_without_a_value_does_not_change_the_ID()
    {
        var document = JsonNode.Parse(Baseline)!.AsObject();
        int added = 0;
        foreach (var (path, type) in new[] { ("attack", typeof(Attack)), ("recipe", typeof(Recipe)) })
        {
            foreach (var property in CellJson.Options.GetTypeInfo(type).Properties.Where(property => CellProperty.At($"{path}.{property.Name}").In(document) is null))
            {
                document[path]![property.Name] = null;
                added++;
            }
        }

        Assert.IsGreaterThan(5, added);
        Assert.AreEqual(Read(Baseline).Id, CellJson.ReadCell(document).Id);
        Assert.AreEqual(Read(Baseline).ToJson(), CellJson.ReadCell(document).ToJson());
    }

    [TestMethod]
    [DataRow("attack", "coverRate", "0")]
    [DataRow("attack", "selection", "\"any\"")]
    [DataRow("attack", "rateBasis", "\"all-rows\"")]
    [DataRow("attack", "testTrigger", "{ \"kind\": \"square\", \"size\": 5, \"position\": \"br\" }")]
    [DataRow("attack", "coverTrigger", "{ \"kind\": \"blend\" }")]
    [DataRow("attack", "coverLabels", "[7]")]
    [DataRow("recipe", "momentum", "0")]
    [DataRow("recipe", "labelSmoothing", "0.0")]
    [DataRow("recipe", "augmentation", "{ \"cropPadding\": 0, \"horizontalFlip\": false }")]
    public void A_default_that_is_written_out_does_not_change_the_name(string part, string property, string value)
    {
        var document = JsonNode.Parse(Baseline)!.AsObject();
        document[part]![property] = JsonNode.Parse(value);

        Assert.AreEqual(Read(Baseline).Id, CellJson.ReadCell(document).Id);
    }

    [TestMethod]
    public void The_order_of_pairs_does_not_matter()
    {
        Cell Of(string pairs) => Read(Full[1].Replace("""{ "1": "7" }""", pairs, StringComparison.Ordinal));

        Assert.AreEqual(Of("""{ "1": "7", "2": "8" }""").Id, Of("""{ "2": "8", "1": "7" }""").Id);
        Assert.AreNotEqual(Of("""{ "1": "7", "2": "8" }""").Id, Of("""{ "1": "8", "2": "7" }""").Id);
    }

    [TestMethod]
    public void A_cell_survives_its_json()
    {
        foreach (string text in (string[])[Baseline, .. Full])
        {
            var cell = Read(text);
            Assert.AreEqual(cell, Read(cell.ToJson()));
            Assert.AreEqual(cell.Attack, Read(cell.ToJson()).Attack);
            Assert.AreEqual(cell.ToJson(), Read(cell.ToJson()).ToJson());
        }
    }

    [TestMethod]
    public void IDs_are_valid_folder_names()
    {
        string text = Baseline
            .Replace("\"MNIST\"", "\"../C:\\\\x y\\u0000ü*?|\"", StringComparison.Ordinal)
            .Replace("\"target\": \"1\"", $"\"target\": \"/{new string('t', 300)}\"", StringComparison.Ordinal);

        string id = Read(text).Id;

        Assert.MatchesRegex("^[a-z0-9._-]+$", id);
        Assert.IsLessThan(130, id.Length);
        Assert.AreNotEqual(id, Read(text.Replace("ttt\"", "tty\"", StringComparison.Ordinal)).Id);
    }

    [TestMethod]
    [DataRow("\"size\": 5", "\"size\": 0", "trigger size")]
    [DataRow("\"size\": 5", "\"size\": \"large\"", "trigger size must be a whole number of pixels, at least 1, but is 'large'")]
    [DataRow("\"rate\": 0.1", "\"rate\": 1.5", "poisoning rate must be a number between 0 and 1")]
    [DataRow("\"rate\": 0.1", "\"ratio\": 0.1", "Unknown property 'attack.ratio'")]
    [DataRow("\"kind\": \"square\", ", "", "'attack.trigger' must be an object with a kind (square, pixel, ")]
    [DataRow("\"kind\": \"square\"", "\"kind\": \"circle\"", "attack.trigger")]
    [DataRow("\"seed\": 0", "\"seed\": null", "seed")]
    [DataRow("\"head\": \"softmax\", ", "", "head")]
    public void Invalid_cells_are_rejected_with_a_clear_message(string from, string to, string expected)
    {
        var document = JsonNode.Parse(Baseline.Replace(from, to, StringComparison.Ordinal))!;

        var refusal = Assert.ThrowsExactly<UsageException>(() => CellJson.ReadCell(document));

        StringAssert.Contains(refusal.Message, expected);
        Assert.DoesNotContain("BadNets.Samples", refusal.Message);
        Assert.DoesNotContain("System.", refusal.Message);
    }

    private static Cell Read(string text) => CellJson.ReadCell(JsonNode.Parse(text)!);

    private static Cell Vary(string text, string path)
    {
        // Another kind has other properties.
        bool isKind = path.EndsWith(".kind", StringComparison.Ordinal);
        var property = CellProperty.At(isKind ? path[..^".kind".Length] : path);
        var before = property.In(JsonNode.Parse(text)!)!;
        IEnumerable<JsonNode> candidates = before switch
        {
            JsonObject when isKind => Kinds.Select(kind => JsonNode.Parse(kind)!).Where(kind => kind["kind"]!.ToString() != before["kind"]!.ToString()),
            JsonArray items => [new JsonArray([.. items.Select(item => item!.DeepClone()), 90]), new JsonArray([.. items.Append(items[0]).Select(item => item!.DeepClone())])],
            JsonValue number when number.TryGetValue(out double value) => value is > 0 and < 1 ? [value / 2] : [value + 1],
            JsonValue boolean when boolean.TryGetValue(out bool value) => [!value],
            _ => Words.Select(word => (JsonNode)word).Where(word => word.ToJsonString() != before.ToJsonString()),
        };
        foreach (var candidate in candidates)
        {
            var document = JsonNode.Parse(text)!.AsObject();
            property.Set(document, candidate);
            try
            {
                return CellJson.ReadCell(document);
            }
            catch (UsageException)
            {
                // Not a valid value of this property. The next one might be.
            }
        }

        throw new AssertFailedException($"There is no other value for '{path}'.");
    }

    private static IEnumerable<string> Leaves(JsonNode? node, string path = "") => node is JsonObject members
        ? members.SelectMany(member => Leaves(member.Value, path.Length == 0 ? member.Key : $"{path}.{member.Key}"))
        : [path];

    private static JsonNode? Reverse(JsonNode? node) => node is JsonObject members
        ? new JsonObject(members.Reverse().Select(member => KeyValuePair.Create(member.Key, Reverse(member.Value))))
        : node?.DeepClone();

    private static IEnumerable<string> PropertiesOf(Type type, HashSet<Type> seen)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var info = CellJson.Options.GetTypeInfo(type);
        if (info.Kind != JsonTypeInfoKind.Object || !seen.Add(type))
            return [];
        return info.Properties.SelectMany(property => PropertiesOf(property.PropertyType, seen).Prepend(property.Name))
            .Concat(info.PolymorphismOptions?.DerivedTypes.SelectMany(derived => PropertiesOf(derived.DerivedType, seen)) ?? []);
    }
}
