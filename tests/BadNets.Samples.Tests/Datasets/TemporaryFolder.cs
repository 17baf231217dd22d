namespace BadNets.Samples.Tests.Datasets;

sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("badnets-test-").FullName;

    public string[] FileNames => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Select(System.IO.Path.GetFileName).Order()!];

    public string In(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
