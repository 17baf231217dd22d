namespace BadNets.Samples.Tests;

/// <summary>The repository that the tests were built from.</summary>
static class Repository
{
    public static string In(params string[] names) => Path.Combine([FindRoot(), .. names]);

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "BadNets.MLNet.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The tests do not lie inside the repository.");
        return folder;
    }
}
