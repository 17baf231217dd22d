using CsvHelper;

namespace BadNets.Samples.Files;

/// <summary>Reads and writes CSV files whose columns are the properties of a record.</summary>
static class CsvTable
{
    private const int LongestMessage = 200;

    private static readonly CsvWriterOptions Writing = new() { NewLine = "\n" };
    private static readonly CsvReaderOptions Reading = new() { Separator = ',' };

    public static void Write<T>(string path, IEnumerable<T> rows) => AtomicFile.Write(path, stream =>
    {
        using var csv = CsvWriter.Create(stream, Writing, leaveOpen: true);
        csv.WriteRecords(rows);
    });

    /// <exception cref="InvalidDataException">The file is not such a table.</exception>
    public static IReadOnlyList<T> Read<T>(string path)
    {
        using var stream = SharedFile.Open(path);
        return Read<T>(stream, path);
    }

    /// <exception cref="InvalidDataException">The file is not such a table.</exception>
    public static IReadOnlyList<T> Read<T>(Stream stream, string name)
    {
        try
        {
            using var csv = CsvReader.Create(stream, Reading, leaveOpen: true);
            return [.. csv.GetRecords<T>()];
        }
        // A missing column causes a KeyNotFoundException.
        catch (Exception damage) when (damage is CsvFormatException or KeyNotFoundException)
        {
            throw new InvalidDataException($"'{name}' is not a table in the format that this program writes: {Start(damage.Message)}", damage);
        }
    }

    // If the header is completely different, the message lists two dozen missing columns.
    private static string Start(string message) => message.Length <= LongestMessage ? message : message[..LongestMessage] + "…";
}
