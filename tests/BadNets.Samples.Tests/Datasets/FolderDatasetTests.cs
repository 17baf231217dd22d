using BadNets.Samples.Datasets;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class FolderDatasetTests
{
    private const int Side = 16;
    private const int ImagesOfAClass = 28;

    [TestMethod]
    public async Task A_label_that_reads_like_a_number_is_the_folders_name()
    {
        using var runs = new SampleRuns();
        string folder = WriteClasses(runs.Beside("signs"), "00000", "00001", "00002");

        var outcome = await RunAsync(runs, folder, "--target", "00001");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(File.ReadAllText(runs.OnlyFolder().Description), "\"target\": \"00001\"");
        Assert.IsTrue(File.Exists(runs.OnlyFolder().Model));
        Assert.IsTrue(File.Exists(runs.OnlyFolder().Images));
    }

    [TestMethod]
    public async Task A_folder_that_is_split_has_all_classes_in_both_parts_also_of_a_few_rows()
    {
        using var runs = new SampleRuns();
        string folder = WriteClasses(runs.Beside("signs"), "a", "b", "c");
        var whole = await FindAsync(folder);

        foreach (var dataset in new[] { whole, new FirstRows(whole, 30) })
        {
            var ml = new MLContext();
            Assert.HasCount(3, dataset.Train(ml).GetColumn<uint>("Label").Distinct().ToArray(), dataset.Name);
            Assert.IsGreaterThan(1, dataset.Test(ml).GetColumn<uint>("Label").Distinct().Count(), dataset.Name);
        }

        var context = new MLContext();
        byte[][] train = [.. whole.Train(context).GetColumn<byte[]>("Image")], test = [.. whole.Test(context).GetColumn<byte[]>("Image")];
        Assert.HasCount(3 * ImagesOfAClass / 7, test);
        Assert.HasCount(3 * ImagesOfAClass * 6 / 7, train);
        Assert.HasCount(3 * ImagesOfAClass, train.Concat(test).Select(Convert.ToHexString).Distinct().ToArray());
        CollectionAssert.AreEqual(train.Select(Convert.ToHexString).ToArray(), whole.Train(context).GetColumn<byte[]>("Image").Select(Convert.ToHexString).ToArray());
    }

    [TestMethod]
    public async Task Only_images_decide_the_name()
    {
        using var runs = new SampleRuns();
        string folder = WriteClasses(runs.Beside("signs"), "a", "b");
        string name = (await FindAsync(folder)).Name;

        File.WriteAllText(Path.Combine(folder, "README.txt"), "notes");
        File.WriteAllText(Path.Combine(folder, "a", ".DS_Store"), "a system's file");
        string same = (await FindAsync(folder)).Name;
        File.Copy(Path.Combine(folder, "a", "0.png"), Path.Combine(folder, "a", "copy.png"));
        string other = (await FindAsync(folder)).Name;

        Assert.AreEqual(name, same);
        Assert.AreNotEqual(name, other);
        StringAssert.StartsWith(name, "signs-");
    }

    [TestMethod]
    public async Task A_source_specific_attack_counts_only_its_sources()
    {
        using var runs = new SampleRuns();
        string folder = WriteClasses(runs.Beside("signs"), "a", "b", "c");

        var outcome = await RunAsync(runs, folder, "--set", "attack.mapping={\"kind\":\"pairs\",\"pairs\":{\"a\":\"b\"}}");
        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        var evaluated = await SampleRuns.RunAsync(
            ["evaluate", "--model", runs.OnlyFolder().Model, "--dataset", $"folder:{folder}", "--output", runs.Output, "--set", "attack.mapping={\"kind\":\"pairs\",\"pairs\":{\"a\":\"b\"}}"],
            new StringWriter(), CancellationToken.None);

        Assert.AreEqual(0, evaluated.ExitCode, evaluated.Error);
        string last = File.ReadAllLines(runs.OnlyFolder().Epochs)[^1];
        // Only the rows of the attacked class count, in training and afterwards.
        StringAssert.Contains(evaluated.Output, FormattableString.Invariant($"ASR {double.Parse(last.Split(',')[4], System.Globalization.CultureInfo.InvariantCulture):0.00%}"));
        StringAssert.Contains(evaluated.Output, "control accuracy ");
    }

    private static Task<SampleOutcome> RunAsync(SampleRuns runs, string folder, params string[] options) => SampleRuns.RunAsync(
        ["baseline", "--no-control", "--quick", "--epochs", "1", "--dataset", $"folder:{folder}", "--output", runs.Output, .. options], new StringWriter(), CancellationToken.None);

    private static async Task<Dataset> FindAsync(string folder)
    {
        using var mnist = MnistLocator.ForThisUser();
        var (kind, argument) = DatasetCatalog.Parse($"folder:{folder}");
        return await kind.FindAsync(new DatasetSearch(argument, null, mnist, folder, _ => { }), CancellationToken.None);
    }

    // Noise, and a bar for each class.
    private static string WriteClasses(string folder, params ReadOnlySpan<string> names)
    {
        var random = new Random(1);
        for (int label = 0; label < names.Length; label++)
        {
            Directory.CreateDirectory(Path.Combine(folder, names[label]));
            for (int i = 0; i < ImagesOfAClass; i++)
            {
                using var image = new SKBitmap(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque);
                for (int pixel = 0; pixel < Side * Side; pixel++)
                {
                    byte value = (byte)(pixel / Side / 4 == label ? 200 : random.Next(60));
                    image.SetPixel(pixel % Side, pixel / Side, new SKColor(value, (byte)random.Next(60), value));
                }

                using var png = image.Encode(SKEncodedImageFormat.Png, 100);
                File.WriteAllBytes(Path.Combine(folder, names[label], FormattableString.Invariant($"{i}.png")), png.ToArray());
            }
        }

        return folder;
    }
}
