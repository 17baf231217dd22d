using BadNets.Samples.Datasets;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>Looks for a data set, and lets the user see what takes so long where it must be downloaded.</summary>
static class DataSearch
{
    public static Task<Dataset> FindAsync(
        DatasetLocator locator, DatasetChoice choice, string? directory, IAnsiConsole console, CancellationToken cancellationToken)
    {
        if (!console.Profile.Capabilities.Interactive)
            return locator.LocateAsync(choice, directory, sentence => console.WriteLine(sentence), cancellationToken: cancellationToken);
        return console.Status().StartAsync("Looking for the data", status => locator.LocateAsync(
            choice,
            directory,
            sentence => console.WriteLine(sentence),
            progress => status.Status = FormattableString.Invariant($"Downloading {progress.FileName}: {progress.Bytes / 1e6:F1}{(progress.TotalBytes is { } total ? $" of {total / 1e6:F1}" : "")} MB"),
            cancellationToken));
    }
}
