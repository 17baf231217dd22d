using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace BadNets.Transforms.Tests;

/// <summary>The tables of options in docs/reference/components.md have the code's options and defaults.</summary>
[TestClass]
public sealed partial class OptionTableTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(DocumentationTests.Root, "docs", "reference", "components.md")).ReplaceLineEndings("\n");

    private static readonly Lazy<TorchCnnTransformer> Model = new(() =>
        new MLContext().Model.CreateTorchCnn(TorchNetwork.BadNets.Create(new ImageShape(1, 16, 16), 2), TorchNetwork.BadNets, new ImageShape(1, 16, 16), [0, 1]));

    public static IEnumerable<object[]> Options =>
    [
        ["PlantBackdoorEstimator.Options", new PlantBackdoorEstimator.Options(Trigger.Square(1, TriggerPosition.Center), LabelMapping.Next)],
        ["AdversarialPerturbation", new AdversarialPerturbation(Model.Value)],
        ["MarkPoisonedEstimator.Options", new MarkPoisonedEstimator.Options()],
        ["TorchCnnTrainer.Options", new TorchCnnTrainer.Options()],
        ["ImageAugmentation", new ImageAugmentation()],
    ];

    [TestMethod]
    [DynamicData(nameof(Options))]
    public void Table_has_each_option_with_its_default(string heading, object options)
    {
        string section = Page[(Page.IndexOf($"### `{heading}`", StringComparison.Ordinal) + 1)..];
        section = section[..section.IndexOf("\n#", StringComparison.Ordinal)];
        var described = Row().Matches(section).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["default"].Value.Trim('`'));
        var properties = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance);

        var expected = properties.ToDictionary(property => property.Name, property => property.CanWrite ? TextOf(property, property.GetValue(options)) : "required");
        CollectionAssert.AreEquivalent(
            expected.Select(pair => $"{pair.Key}: {pair.Value}").ToArray(),
            described.Select(pair => $"{pair.Key}: {pair.Value}").ToArray(),
            string.Join('\n', expected.Except(described)) + "\nbut described:\n" + string.Join('\n', described.Except(expected)));
    }

    private static string TextOf(PropertyInfo property, object? value) => value switch
    {
        null => "null",
        string text => text,
        bool truth => truth ? "true" : "false",
        PixelNormalization normalization => normalization == PixelNormalization.Default ? "0…255 to -1…1" : $"{normalization}",
        TorchNetwork network => network == TorchNetwork.BadNets ? "TorchNetwork.BadNets" : $"{network.Name}",
        CancellationToken token => token == CancellationToken.None ? "none" : $"{property.Name}",
        IEnumerable items => items.GetEnumerator().MoveNext() ? $"{property.Name}" : "empty",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<default>[^|]*?) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
