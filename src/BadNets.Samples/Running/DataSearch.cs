using BadNets.Samples.Datasets;
using BadNets.Samples.Experiments;
using Microsoft.ML;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>Finds the data set of a command, and shows the progress of a download.</summary>
static class DataSearch
{
    /// <param name="locator">Keep it until the data have been read: disposing of it deletes what it had to put into a temporary folder.</param>
    /// <param name="text">The data set as <c>--dataset</c> takes it.</param>
    /// <param name="directory">The folder that the user named, or null.</param>
    /// <param name="rows">The number of training rows to use, or null for all.</param>
    /// <param name="console">Where to tell of it.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<Dataset> FindAsync(
        MnistLocator locator, string text, string? directory, int? rows, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var (kind, argument) = DatasetCatalog.Parse(text);
        var search = new DatasetSearch(argument, directory, locator, CacheFolder.Default, sentence => console.WriteLine(sentence));
        var dataset = console.Profile.Capabilities.Interactive
            ? await console.Status().StartAsync("Looking for the data", status => kind.FindAsync(
                search with
                {
                    OnProgress = progress => status.Status = Markup.Escape(FormattableString.Invariant(
                        $"Downloading {progress.FileName}: {progress.Bytes / 1e6:F1}{(progress.TotalBytes is { } total ? $" of {total / 1e6:F1}" : "")} MB")),
                },
                cancellationToken))
            : await kind.FindAsync(search, cancellationToken);
        return rows is { } first && first < dataset.Train(new MLContext()).GetRowCount() ? new FirstRows(dataset, first) : dataset;
    }

    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static DatasetIdentity Identify(this Dataset dataset)
    {
        var ml = new MLContext();
        return new DatasetIdentity(dataset.Name, CountRows(dataset.Train(ml)), CountRows(dataset.Test(ml)));
    }

    private static long CountRows(IDataView view)
    {
        if (view.GetRowCount() is { } count)
            return count;
        using var cursor = view.GetRowCursor([]);
        long rows = 0;
        while (cursor.MoveNext())
            rows++;
        return rows;
    }
}
