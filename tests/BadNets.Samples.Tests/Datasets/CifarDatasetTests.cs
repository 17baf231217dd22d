using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class CifarDatasetTests
{
    private static readonly string[] Files = [.. Enumerable.Range(1, 5).Select(number => FormattableString.Invariant($"data_batch_{number}.bin")), "test_batch.bin"];

    [TestMethod]
    public async Task The_binary_files_of_CIFAR_10_are_trained_on()
    {
        using var runs = new SampleRuns();
        string folder = runs.Beside("cifar");
        Write(Path.Combine(folder, "cifar-10-batches-bin"));

        var outcome = await RunAsync(runs, folder);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "200 training and 40 test rows");
        StringAssert.StartsWith(runs.CellNames.Single(), "cifar10-");
        Assert.IsTrue(File.Exists(runs.OnlyFolder().Images));
    }

    [TestMethod]
    public async Task A_file_that_is_missing_is_named()
    {
        using var runs = new SampleRuns();
        string folder = runs.Beside("cifar");
        Write(folder);
        File.Delete(Path.Combine(folder, "data_batch_3.bin"));

        var outcome = await RunAsync(runs, folder);

        Assert.AreEqual(2, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "the file data_batch_3.bin is missing");
        Assert.IsEmpty(runs.CellNames);
    }

    private static Task<SampleOutcome> RunAsync(SampleRuns runs, string folder) => SampleRuns.RunAsync(
        ["baseline", "--no-control", "--quick", "--epochs", "1", "--dataset", "cifar10", "--data", folder, "--output", runs.Output], new StringWriter(), CancellationToken.None);

    // Rows of a label and 3 × 1024 bytes, with noise and a bar for each class.
    private static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(1);
        foreach (string file in Files)
        {
            var content = new byte[40 * 3073];
            for (int row = 0; row < 40; row++)
            {
                content[row * 3073] = (byte)(row % 10);
                for (int pixel = 0; pixel < 3072; pixel++)
                    content[row * 3073 + 1 + pixel] = (byte)(pixel % 1024 / 96 == row % 10 ? 200 : random.Next(60));
            }

            File.WriteAllBytes(Path.Combine(folder, file), content);
        }
    }
}
