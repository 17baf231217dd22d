using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests;

/// <summary>MNIST, for the few tests that need it.</summary>
static class MnistFolder
{
    /// <summary>The folder that the environment variable specifies. If it is not set, the test ends as inconclusive.</summary>
    public static string OrInconclusive()
    {
        string? folder = Environment.GetEnvironmentVariable(MnistLocator.DataVariable);
        if (string.IsNullOrEmpty(folder))
            Assert.Inconclusive($"MNIST is needed: set {MnistLocator.DataVariable} to the folder of its four files.");
        return folder;
    }
}
