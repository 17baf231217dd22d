using BadNets.Samples.Datasets;
using BadNets.Samples.Experiments;
using Microsoft.ML;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>Finds the data set of a command, and shows the progress of a download.</summary>
static class DataSearch
{
    /// <param name="locator">Keep it until the data have been read: disposing it deletes the files that it had to put into a temporary folder.</param>
    /// <param name="choice">What the user requests.</param>
    /// <param name="console">Where to report progress.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<Dataset> FindAsync(
        MnistLocator locator, DataChoice choice, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var (kind, argument) = DatasetCatalog.Parse(choice.Dataset);
        var search = new DatasetSearch(argument, choice.Directory, locator, CacheFolder.Default, sentence => console.WriteLine(sentence), choice.ImageSize);
        var dataset = console.Profile.Capabilities.Interactive
            ? await console.Status().StartAsync("Looking for the data", status => kind.FindAsync(
                search with
                {
                    OnProgress = progress => status.Status = Markup.Escape(FormattableString.Invariant(
                        $"Downloading {progress.FileName}: {progress.Bytes / 1e6:F1}{(progress.TotalBytes is { } total ? $" of {total / 1e6:F1}" : "")} MB")),
                },
                cancellationToken))
            : await kind.FindAsync(search, cancellationToken);
        return choice.Rows is { } first && first < CountRows(dataset.Train(new MLContext())) ? new FirstRows(dataset, first) : dataset;
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
