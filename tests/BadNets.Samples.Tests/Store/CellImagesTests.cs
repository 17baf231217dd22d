using System.Text.Json;
using BadNets.Samples.Drawing;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Samples.Tests.Datasets;
using BadNets.Transforms;

namespace BadNets.Samples.Tests.Store;

[TestClass]
public sealed class CellImagesTests
{
    private static readonly byte[] Image = SmallImage.Encode([0, 50, 100, 255], new ImageShape(1, 2, 2));

    [TestMethod]
    public void Images_are_read_as_they_were_written()
    {
        using var folder = new TemporaryFolder();
        var cell = new CellFolder(folder.Path);
        new CellImages(2, 2, [new CellImage("7", Image, "7", Image, "1", "1"), new CellImage("1", Image, "1", Image, "1", "1"), new CellImage("3", Image, "3", Image, "1", "3")]).Write(cell);

        var images = CellImages.Read(cell)!;

        CollectionAssert.AreEqual(Image, images.Images[0].Triggered);
        CollectionAssert.AreEqual(new bool?[] { true, null, false }, images.Images.Select(image => image.IsSuccess()).ToArray());
    }

    [TestMethod]
    public void A_cell_without_images_has_none()
    {
        using var folder = new TemporaryFolder();

        Assert.IsNull(CellImages.Read(new CellFolder(folder.Path)));
    }

    [TestMethod]
    [DataRow("\"width\": 2", "\"width\": 0", "its images have 0 × 2 pixels, but a side must be from 1 to 1024")]
    [DataRow("\"format\": 1", "\"format\": 2", "its format is 2, but this version reads 1")]
    [DataRow("\"clean\": \"Ukl", "\"clean\": \"PHN", "an image is neither WebP nor PNG")]
    [DataRow("\"images\": [", "\"images\": [null,", "an image is null")]
    [DataRow("\"label\": \"7\"", "\"label\": 7", "The value of 'images[0].label' has the wrong type")]
    public void Damaged_images_are_refused_in_a_sentence(string text, string damage, string expected)
    {
        using var folder = new TemporaryFolder();
        var cell = new CellFolder(folder.Path);
        string json = JsonSerializer.Serialize(new CellImages(2, 2, [new CellImage("7", Image, "7", Image, "1", "1")]), CellJson.Options);
        StringAssert.Contains(json, text);
        File.WriteAllText(cell.Images, json.Replace(text, damage, StringComparison.Ordinal));

        var refusal = Assert.ThrowsExactly<InvalidDataException>(() => CellImages.Read(cell));

        StringAssert.Contains(refusal.Message, expected);
        StringAssert.Contains(refusal.Message, "delete it, and repeat the command that trained the cell");
    }
}
