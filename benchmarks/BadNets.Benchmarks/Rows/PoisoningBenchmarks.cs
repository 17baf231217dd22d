using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Microsoft.ML;

namespace BadNets.Benchmarks;

/// <summary>Loading 60,000 images, marking a tenth of them, stamping, flipping, and reading all rows on one thread. An operation is a row.</summary>
public class PoisoningBenchmarks
{
    private DigitFolder _data = null!;
    private DirectoryInfo _copies = null!;
    private IDataView _plain = null!;
    private IDataView _compressed = null!;
    private IDataView _loaded = null!;

    [GlobalSetup]
    public void Setup()
    {
        _data = DigitFolder.Find(null);
        _copies = Directory.CreateTempSubdirectory("badnets-rows-");
        var files = new DigitFiles(_data.Path);
        var ml = new MLContext(seed: 0);
        string images = Path.Combine(_copies.FullName, "images"), compressed = images + ".gz";
        using (var source = Open(files.TrainImages))
        using (var copy = File.Create(images))
            source.CopyTo(copy);
        using (var source = File.OpenRead(images))
        using (var copy = new GZipStream(File.Create(compressed), CompressionLevel.Optimal))
            source.CopyTo(copy);
        _loaded = ml.Data.LoadFromIdx(images, files.TrainLabels);
        _plain = DigitFiles.Poison(ml, _loaded);
        _compressed = DigitFiles.Poison(ml, ml.Data.LoadFromIdx(compressed, files.TrainLabels));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _copies.Delete(recursive: true);
        _data.Dispose();
    }

    [Benchmark(Description = "plain IDX, read only", OperationsPerInvoke = DigitFolder.TrainRows)]
    public long ReadPlain() => ViewDrain.ImagesAndLabels(_loaded);

    [Benchmark(Description = "plain IDX, marked, stamped, flipped", OperationsPerInvoke = DigitFolder.TrainRows)]
    public long PoisonPlain() => ViewDrain.ImagesAndLabels(_plain);

    [Benchmark(Description = "plain IDX, marked, stamped, flipped, over threads", OperationsPerInvoke = DigitFolder.TrainRows)]
    public long PoisonPlainOverThreads() => ViewDrain.ImagesAndLabelsOverThreads(_plain);

    [Benchmark(Description = "gzip IDX, marked, stamped, flipped", OperationsPerInvoke = DigitFolder.TrainRows)]
    public long PoisonCompressed() => ViewDrain.ImagesAndLabels(_compressed);

    private static Stream Open(string path) =>
        path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : File.OpenRead(path);
}
