using System.Buffers.Binary;
using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests;

/// <summary>A few images with MNIST's file names: noise, and a bar for each class.</summary>
static class SmallDigits
{
    public const int TrainRows = 256;
    public const int TestRows = 64;

    /// <summary>The name of the data set in the program.</summary>
    public const string Name = "idx-a28fd53b";

    public static string WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        Write(folder, MnistFile.TrainImages, MnistFile.TrainLabels, TrainRows, seed: 1);
        Write(folder, MnistFile.TestImages, MnistFile.TestLabels, TestRows, seed: 2);
        return folder;
    }

    private static void Write(string folder, MnistFile imagesFile, MnistFile labelsFile, int rows, int seed)
    {
        var random = new Random(seed);
        var images = Header(0x803, [rows, 28, 28], rows * 784);
        var labels = Header(0x801, [rows], rows);
        for (int row = 0; row < rows; row++)
        {
            int label = row % 10;
            labels[8 + row] = (byte)label;
            var image = images.AsSpan(16 + row * 784, 784);
            for (int pixel = 0; pixel < 784; pixel++)
                image[pixel] = (byte)(pixel / 28 / 2 == label + 2 ? 200 : random.Next(60));
        }

        File.WriteAllBytes(Path.Combine(folder, imagesFile.Name), images);
        File.WriteAllBytes(Path.Combine(folder, labelsFile.Name), labels);
    }

    private static byte[] Header(int magic, int[] dimensions, int contentBytes)
    {
        var file = new byte[4 + 4 * dimensions.Length + contentBytes];
        BinaryPrimitives.WriteInt32BigEndian(file, magic);
        for (int i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), dimensions[i]);
        return file;
    }
}
