using BadNets.Samples.Drawing;
using BadNets.Samples.Files;
using BadNets.Transforms;
using SkiaSharp;

namespace BadNets.Samples.Tests.Drawing;

[TestClass]
public sealed class SmallImageTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Small_images_keep_every_pixel(int channels)
    {
        var shape = new ImageShape(channels, 5, 7);
        byte[] pixels = [.. Enumerable.Range(0, shape.Size).Select(i => (byte)(i * 37))];

        byte[] content = SmallImage.Encode(pixels, shape);

        Assert.AreEqual("image/webp", ImageType.Of(content));
        using var image = SKBitmap.Decode(content);
        Assert.AreEqual((7, 5), (image.Width, image.Height));
        for (int i = 0; i < 35; i++)
        {
            var pixel = image.GetPixel(i % 7, i / 7);
            Assert.AreEqual((pixels[i], pixels[channels == 3 ? 35 + i : i], pixels[channels == 3 ? 70 + i : i]), (pixel.Red, pixel.Green, pixel.Blue));
        }
    }

    [TestMethod]
    public void Large_images_are_reduced()
    {
        var shape = new ImageShape(1, 100, 200);

        using var image = SKBitmap.Decode(SmallImage.Encode(new byte[shape.Size], shape));

        Assert.AreEqual((64, 32), (image.Width, image.Height));
        Assert.AreEqual((64, 32), SmallImage.SizeOf(shape));
    }

    [TestMethod]
    public void Pixels_that_do_not_fit_the_shape_are_refused() =>
        Assert.ThrowsExactly<ArgumentException>(() => SmallImage.Encode(new byte[3], new ImageShape(1, 2, 2)));
}
