using System.Text;
using BadNets.Samples.Datasets;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class GtsrbDatasetTests
{
    [TestMethod]
    public async Task Official_images_are_one_data_set_in_archives_in_extracted_folders_and_in_class_folders()
    {
        using var searches = new DataSearches("gtsrb");
        searches.WriteZip("archives/GTSRB_Final_Training_Images.zip", Training("GTSRB/"));
        searches.WriteZip("archives/GTSRB_Final_Test_Images.zip", Testing("GTSRB/"));
        searches.WriteZip("archives/GTSRB_Final_Test_GT.zip", [Labels("")]);
        searches.Write("extracted", [.. Training("GTSRB/"), .. Testing("GTSRB/"), Labels("")]);
        searches.Write("inner", [.. Training(""), .. Testing(""), Labels("")]);
        searches.Write("classes", [.. ByClass("D2", "ppm", Pixmap)]);

        List<Dataset> found = [];
        foreach (string folder in new[] { "archives", "extracted", "inner", "classes" })
            found.Add(await searches.FindAsync(searches.In(folder)));

        Assert.HasCount(1, found.Select(dataset => dataset.Name).Distinct());
        Assert.MatchesRegex("^GTSRB-32px-[0-9a-f]{8}$", found[0].Name);
        var ml = new MLContext();
        Assert.AreEqual(43UL, ((KeyDataViewType)found[0].Train(ml).Schema["Label"].Type).Count);
        CollectionAssert.AreEqual(new[] { 32, 32 }, ((VectorDataViewType)found[0].Train(ml).Schema["Image"].Type).Dimensions.Skip(1).ToArray());
        // The color of each image shows its class.
        foreach (var view in new[] { found[0].Train(ml), found[0].Test(ml) })
        {
            foreach (var (label, image) in view.GetColumn<uint>("Label").Zip(view.GetColumn<byte[]>("Image")))
                Assert.AreEqual(40 * (int)(label - 1), image[0]);
        }
    }

    [TestMethod]
    public async Task Copies_have_a_name_of_their_own_and_each_size_is_decoded_once()
    {
        using var searches = new DataSearches("gtsrb");
        string folder = searches.Write("copies", ByClass("D2", "png", seed => DataSearches.Picture(seed)));

        var copies = await searches.FindAsync(folder);
        var again = await searches.FindAsync(folder);
        var larger = await searches.FindAsync(folder, size: 48);

        Assert.MatchesRegex("^GTSRB32-[0-9a-f]{8}$", copies.Name);
        Assert.AreEqual(copies, again);
        StringAssert.StartsWith(larger.Name, "GTSRB48-");
        Assert.HasCount(2, searches.Said);
    }

    [TestMethod]
    public async Task The_rows_do_not_depend_on_where_the_images_are_and_are_not_in_the_order_of_the_classes()
    {
        using var searches = new DataSearches("gtsrb");
        var files = Enumerable.Range(0, 60).SelectMany(i => new[] { "train", "test" }.Select(part => ($"{part}/{i / 20:D2}/{i:D3}.png", DataSearches.Picture(i)))).ToArray();
        string zip = searches.WriteZip("z.zip", files.Reverse());
        using var other = new DataSearches("gtsrb");

        var one = await searches.FindAsync(zip);
        var two = await other.FindAsync(other.Write("folder", files));

        var ml = new MLContext();
        uint[] labels = [.. one.Train(ml).GetColumn<uint>("Label")];
        CollectionAssert.AreEqual(labels, two.Train(ml).GetColumn<uint>("Label").ToArray());
        CollectionAssert.AreEqual(
            one.Train(ml).GetColumn<byte[]>("Image").Select(Convert.ToHexString).ToArray(), two.Train(ml).GetColumn<byte[]>("Image").Select(Convert.ToHexString).ToArray());
        Assert.HasCount(3, labels.Take(15).Distinct());
    }

    [TestMethod]
    public async Task A_label_is_the_number_of_the_class_even_if_others_are_missing()
    {
        using var searches = new DataSearches("gtsrb");
        string folder = searches.Write("some", [.. new[] { "train/7/a.png", "train/00042/a.png", "test/42/a.png" }.Select(path => (path, DataSearches.Picture(1)))]);

        var found = await searches.FindAsync(folder);

        var ml = new MLContext();
        CollectionAssert.AreEquivalent(new[] { 7, 42 }, Labels(found.Train(ml)));
        CollectionAssert.AreEqual(new[] { 42 }, Labels(found.Test(ml)));

        static int[] Labels(IDataView view) => [.. view.GetColumn<uint>("Label").Select(key => (int)key - 1)];
    }

    [TestMethod]
    public async Task Other_classes_get_a_sentence()
    {
        using var searches = new DataSearches("gtsrb");
        string folder = searches.Write("pictures", [("train/43/a.png", DataSearches.Picture(1)), ("test/43/b.png", DataSearches.Picture(2))]);

        var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => searches.FindAsync(folder));

        StringAssert.Contains(failure.Message, "is in the class '43', but the classes of GTSRB are the numbers from 0 to 42");
        StringAssert.Contains(failure.Message, "--dataset folder:PATH");
    }

    [TestMethod]
    [DataRow("Filename;ClassId\n00000.ppm;0\n", "has no label for '0000")]
    [DataRow("Filename;Class\n00000.ppm;0\n", "is not the table of the test labels")]
    [DataRow("Filename;ClassId\n00000.ppm\n", "is not the table of the test labels")]
    [DataRow("Filename;ClassId\n00000.ppm;0\n00000.ppm;1\n", "has two labels for '00000.ppm'")]
    [DataRow("", "is not the table of the test labels")]
    public async Task A_table_without_the_labels_gets_a_sentence(string table, string expected)
    {
        using var searches = new DataSearches("gtsrb");
        string folder = searches.Write("official", [.. Training("GTSRB/"), .. Testing("GTSRB/"), ("GT-final_test.csv", Encoding.UTF8.GetBytes(table))]);

        var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => searches.FindAsync(folder));

        StringAssert.Contains(failure.Message, expected);
    }

    [TestMethod]
    public async Task Without_a_network_one_sentence_says_what_to_do()
    {
        using var searches = new DataSearches("gtsrb");

        var failure = await Assert.ThrowsExactlyAsync<DatasetNotFoundException>(() => searches.FindAsync());

        Assert.AreEqual(1, failure.ExitCode);
        StringAssert.Contains(failure.Message, "could not be downloaded (sid.erda.dk: its name could not be resolved). Specify where it is with --data or BADNETS_GTSRB.");
        Assert.HasCount(1, failure.Message.Split('\n'));
    }

    [TestMethod]
    [DataRow("train/../../../01/a.png", "path that a data set cannot have")]
    [DataRow("train/01/a\\b.png", "path that a data set cannot have")]
    [DataRow("other/train/01/0.png", "are the same image")]
    public async Task A_zip_file_cannot_write_elsewhere_or_twice(string path, string expected)
    {
        using var searches = new DataSearches("gtsrb");
        string zip = searches.WriteZip("z.zip", [("train/01/0.png", DataSearches.Picture(1)), ("test/01/1.png", DataSearches.Picture(2)), (path, DataSearches.Picture(3))]);

        if (path.Contains("..", StringComparison.Ordinal))
        {
            // Its class folder is not in a folder called train.
            await searches.FindAsync(zip);
            Assert.IsFalse(File.Exists(searches.In("01", "a.png")));
            return;
        }

        var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => searches.FindAsync(zip));
        StringAssert.Contains(failure.Message, expected);
        Assert.IsFalse(Directory.Exists(searches.Cache));
    }

    [TestMethod]
    [DataRow("cut", "is not a complete zip archive")]
    [DataRow("flipped", "is damaged")]
    [DataRow("understated", "is damaged")]
    [DataRow("huge", "more than any of the data sets has")]
    public async Task A_damaged_zip_file_gets_a_sentence_that_names_it(string damage, string expected)
    {
        using var searches = new DataSearches("gtsrb");
        string zip = searches.WriteZip("z.zip", ByClass("D2", "png", seed => DataSearches.Picture(seed)));
        byte[] content = File.ReadAllBytes(zip);
        // The length of the first file in the directory at the end, whose entries begin with PK 1 2.
        int directory = content.AsSpan().IndexOf("PK\u0001\u0002"u8);
        if (damage == "cut")
            content = content[..^30];
        else if (damage == "flipped")
            content[60] ^= 0xff;
        else
            BitConverter.TryWriteBytes(content.AsSpan(directory + 24), damage == "huge" ? 0x7fff_ffff : 20);
        File.WriteAllBytes(zip, content);

        var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => searches.FindAsync(zip));

        StringAssert.Contains(failure.Message, expected);
        StringAssert.Contains(failure.Message, zip);
        Assert.IsFalse(Directory.Exists(searches.Cache));
    }

    [TestMethod]
    public async Task A_damaged_image_is_named_by_its_place_in_the_data_set()
    {
        using var searches = new DataSearches("gtsrb");
        string folder = searches.Write("copies", [.. ByClass("D2", "png", seed => DataSearches.Picture(seed)), ("train/02/broken.png", DataSearches.Picture(1)[..60])]);

        var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => searches.FindAsync(folder));

        StringAssert.StartsWith(failure.Message, $"The image '{Path.Combine("train", "02", "broken.png")}' cannot be read");
        Assert.IsEmpty(Directory.GetFiles(searches.Cache, "*train-images*", SearchOption.AllDirectories));
    }

    private static byte[] Pixmap(int number) => DataSearches.Pixmap(number, 25 + number, 30);

    // Two training images and a test image of each of three classes.
    private static IEnumerable<(string Path, byte[] Content)> Training(string top) =>
        from number in Enumerable.Range(0, 3)
        from file in new[] { "00000_00000.ppm", "00000_00001.ppm", $"GT-{number:D5}.csv" }
        select ($"{top}Final_Training/Images/{number:D5}/{file}", file.EndsWith(".csv", StringComparison.Ordinal) ? "Filename;Width\n"u8.ToArray() : Pixmap(number));

    private static IEnumerable<(string Path, byte[] Content)> Testing(string top) =>
        Enumerable.Range(0, 3).Select(i => ($"{top}Final_Test/Images/{i:D5}.ppm", Pixmap(2 - i))).Append(($"{top}Final_Test/Images/GT-final_test.test.csv", "Filename;Width\n"u8.ToArray()));

    private static (string Path, byte[] Content) Labels(string top) =>
        ($"{top}GT-final_test.csv", "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\r\n00000.ppm;27;30;5;5;20;20;2\r\n00001.ppm;26;30;5;5;20;20;1\r\n00002.ppm;25;30;5;5;20;20;0\r\n"u8.ToArray());

    private static IEnumerable<(string Path, byte[] Content)> ByClass(string format, string extension, Func<int, byte[]> picture) =>
        from number in Enumerable.Range(0, 3)
        from name in new[] { "train/{0}/00000_00000.{1}", "train/{0}/00000_00001.{1}", $"test/{{0}}/{2 - number:D5}.{{1}}" }
        select (string.Format(System.Globalization.CultureInfo.InvariantCulture, name, number.ToString(format, System.Globalization.CultureInfo.InvariantCulture), extension), picture(number));
}
