using System.Diagnostics;

namespace BadNets.Samples.Tests;

/// <summary>Short runs of <c>tests/BadNets.Fuzzing</c>.</summary>
[TestClass]
public sealed class FuzzingTests
{
    [TestMethod]
    public async Task Readers_handle_changed_files_correctly()
    {
        string[] readers = ["idx", "idx-gzip", "cifar", "image-folder", "png", "jpeg", "gif", "bmp", "webp", "model", "checkpoint", "results", "experiment", "command-line"];

        var outcome = await RunAsync([.. readers, "--files", "300", "--parallel", "2"]);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Output + outcome.Error);
        foreach (string reader in readers)
            Assert.MatchesRegex($@"(?m)^{reader} +300 files, +[1-9]\d* read, +[1-9]\d* refused, 0 findings", outcome.Output);
    }

    [TestMethod]
    public async Task Every_fault_is_found_and_reported_with_its_file()
    {
        var outcome = await RunAsync(["broken", "--files", "20", "--seed", "3"]);

        Assert.AreEqual(1, outcome.ExitCode, outcome.Output + outcome.Error);
        foreach (string fault in (string[])["read past the end", "The value read is wrong", "allocated 200", "The reader crashed"])
            Assert.MatchesRegex($@"(?m)^broken 3 \d+: .*{fault}", outcome.Output);
        string number = outcome.Output.Split('\n').First(line => line.Contains("The value read", StringComparison.Ordinal)).Split(' ', ':')[2];
        var again = await RunAsync(["--one", "broken", "3", number]);
        Assert.AreEqual(1, again.ExitCode);
        StringAssert.Contains(again.Output, "The value read is wrong.");
    }

    private static async Task<SampleOutcome> RunAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "BadNets.Fuzzing.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new SampleOutcome(process.ExitCode, output, await errors);
    }
}
