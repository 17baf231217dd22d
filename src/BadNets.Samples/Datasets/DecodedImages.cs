using BadNets.Samples.Files;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Datasets;

/// <summary>
/// Images of a data set that were decoded into IDX files in the cache once. Opening and decoding tens of thousands of files for each training run
/// would take longer than reading two.
/// </summary>
static class DecodedImages
{
    // Part of the names: a different order or decoder has different files.
    private const int Version = 1;
    private const ulong OrderSeed = 0;

    /// <summary>Decodes images, unless it has been done before.</summary>
    /// <param name="name">The name of the data set, which the hash of the content follows.</param>
    /// <param name="images">The images in class folders, in ordinal order.</param>
    /// <param name="classNames">The folders of all classes in the order of their numbers, or null to number those that have training images in ordinal order.</param>
    /// <param name="size">The width and height to resize to, or null if all images have the same size.</param>
    /// <param name="search">The cache.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidDataException">An image is damaged, or there are too many classes.</exception>
    public static IdxDataset Of(
        string name, IReadOnlyList<PackedFile> images, IReadOnlyList<string>? classNames, int? size, DatasetSearch search, CancellationToken cancellationToken)
    {
        const string CacheName = "decoded";
        string[] present = [.. images.Where(ClassFolders.IsForTraining).Select(ClassFolders.ClassOf).Distinct()], classes = [.. classNames ?? present];
        if (classes.Length > byte.MaxValue + 1)
            throw new InvalidDataException($"The images have {classes.Length} classes, but the maximum is {byte.MaxValue + 1}.");
        name = $"{name}-{ContentHash.Of(images, cancellationToken)}";
        var found = PathsIn(Path.Combine(search.CacheFolder, CacheName), name, classes.Length);
        if (Files(found).All(File.Exists))
            return found;

        search.Say(FormattableString.Invariant($"Decoding the {images.Count} images of {name}, which is done only once."));
        var made = PathsIn(search.WritableFolder(CacheName), name, classes.Length);
        var folder = Directory.CreateTempSubdirectory("badnets-");
        try
        {
            foreach (var image in images)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // The path consists of names that have been checked.
                string path = Path.Combine(folder.FullName, image.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, image.Read());
            }

            // The loader numbers only the classes that have training images.
            byte[] numbers = [.. present.Select(folderName => (byte)Array.IndexOf(classes, folderName))];
            var ml = new MLContext();
            var train = ml.Data.LoadFromImageFolder(Path.Combine(folder.FullName, "train"), size, size);
            Write(ml.Data.LoadFromImageFolder(Path.Combine(folder.FullName, "test"), like: train), numbers, made.TestImages, made.TestLabels, cancellationToken);
            Write(train, numbers, made.TrainImages, made.TrainLabels, cancellationToken);
            return made;
        }
        catch (InvalidDataException damage) when (damage.Message.Contains(folder.FullName, StringComparison.Ordinal))
        {
            // Nobody knows the temporary folder.
            throw new InvalidDataException(damage.Message.Replace(folder.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal), damage);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IdxDataset PathsIn(string folder, string name, int classes)
    {
        string prefix = Path.Combine(folder, FormattableString.Invariant($"{name}-v{Version}-"));
        return new(name, prefix + "train-images-idx4-ubyte", prefix + "train-labels-idx1-ubyte", prefix + "test-images-idx4-ubyte", prefix + "test-labels-idx1-ubyte", classes);
    }

    private static string[] Files(IdxDataset dataset) => [dataset.TrainImages, dataset.TrainLabels, dataset.TestImages, dataset.TestLabels];

    // In an order that has nothing to do with the classes, because the first rows are often used alone.
    private static void Write(IDataView view, byte[] numbers, string imagesPath, string labelsPath, CancellationToken cancellationToken)
    {
        int count = (int)view.GetRowCount()!.Value;
        var (image, label) = (view.Schema["Image"], view.Schema["Label"]);
        var dimensions = ((VectorDataViewType)image.Type).Dimensions;
        byte[] imagesHeader = IdxHeader.Of([count, .. dimensions]), labels = [.. IdxHeader.Of(count), .. new byte[count]];
        int labelsStart = labels.Length - count;
        int[] places = Order(count);
        using var images = new PendingFile(imagesPath);
        RandomAccess.Write(images.Stream.SafeFileHandle, imagesHeader, 0);
        using (var cursor = view.GetRowCursor([image, label]))
        {
            var getImage = cursor.GetGetter<VBuffer<byte>>(image);
            var getLabel = cursor.GetGetter<uint>(label);
            VBuffer<byte> pixels = default;
            uint key = 0;
            while (cursor.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                getImage(ref pixels);
                getLabel(ref key);
                int place = places[cursor.Position];
                RandomAccess.Write(images.Stream.SafeFileHandle, pixels.GetValues(), imagesHeader.Length + (long)place * pixels.Length);
                labels[labelsStart + place] = numbers[key - 1];
            }
        }

        AtomicFile.Write(labelsPath, stream => stream.Write(labels));
        images.Complete();
    }

    private static int[] Order(int count)
    {
        int[] places = [.. Enumerable.Range(0, count)];
        var random = new SplitMix64(OrderSeed);
        for (int i = count - 1; i > 0; i--)
        {
            int other = random.NextInt(i + 1);
            (places[i], places[other]) = (places[other], places[i]);
        }

        return places;
    }
}
