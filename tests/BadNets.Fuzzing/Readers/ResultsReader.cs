using System.Globalization;
using System.Text;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;

namespace BadNets.Fuzzing;

/// <summary>The files of a training run and of its experiment, and a record of version 0.1, from which <c>report</c> creates a page.</summary>
sealed class ResultsReader : FuzzReader
{
    private const string Record = "record-0.1.json";

    private static readonly string[] Shares = ["clean_accuracy", "attack_success", "attack_success_all_rows"];
    private static readonly string[] Words = ["NaN", "-0", "1e999", "-1", "7", "∞", "", "\"", "2147483648", "0x10", " ", "../../x", "null", "1,5", "{}", "[null]"];

    private readonly string _results;
    private readonly string[] _paths;
    private readonly byte[][] _contents;
    private readonly string _epochs;

    public ResultsReader(Folder folder)
    {
        // In version 0.1, the files of a cell have the name of the record.
        _results = folder["results"];
        string earlier = Path.Combine(Directory.CreateDirectory(Path.Combine(_results, "runs")).FullName, "earlier.json");
        byte[] record = Resource(Record);
        File.WriteAllBytes(earlier, record);
        var results = ResultsFolder.Open(_results);
        Conversion.Convert(results);
        var cell = results.Cells.Single();
        _epochs = cell.Epochs;
        _paths = [cell.Epochs, cell.Description, results.Plans.Single(), earlier];
        _contents = [.. _paths[..^1].Select(File.ReadAllBytes), Changed(record)];
    }

    public override FuzzFile Make(Random random)
    {
        int at = random.Next(_paths.Length);
        byte[] whole = _contents[at], other = _contents[random.Next(_contents.Length)];
        byte[] changed = random.Next(2) == 0 ? Mutation.Change(random, whole, other) : ChangeValue(random, whole);
        return new FuzzFile(changed, () => Check(at, changed));
    }

    private Outcome Check(int at, byte[] changed)
    {
        for (int i = 0; i < _paths.Length; i++)
            File.WriteAllBytes(_paths[i], i == at ? changed : _contents[i]);
        if (!Sample.Run(["report", "--output", _results], isCancelled: false))
            return Outcome.Refused;
        if (_paths[at] == _epochs)
            CheckShares(Encoding.UTF8.GetString(changed));
        return Outcome.Read;
    }

    // The record belongs to another cell than the converted one.
    private static byte[] Changed(byte[] record) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(record).Replace("\"seed\": \"0\"", "\"seed\": \"1\"", StringComparison.Ordinal));

    // Reported values must be in range. Only simple lines are checked.
    private static void CheckShares(string csv)
    {
        string[] lines = csv.Split('\n');
        string[] header = lines[0].Split(',');
        foreach (string[] values in lines.Skip(1).Select(line => line.Split(',')).Where(values => values.Length == header.Length))
        {
            foreach (string share in Shares.Where(header.Contains))
            {
                string value = values[Array.IndexOf(header, share)];
                FindingException.Unless(
                    !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || number is >= 0 and <= 1, $"{share} is {value}, and no error is reported.");
            }
        }
    }

    private static byte[] ChangeValue(Random random, byte[] file)
    {
        string[] parts = Encoding.UTF8.GetString(file).Split(',');
        int at = random.Next(parts.Length);
        parts[at] = parts[at].Contains(':', StringComparison.Ordinal)
            ? parts[at][..(parts[at].IndexOf(':', StringComparison.Ordinal) + 1)] + Words[random.Next(Words.Length)]
            : Words[random.Next(Words.Length)];
        return Encoding.UTF8.GetBytes(string.Join(',', parts));
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(ResultsReader).Assembly.GetManifestResourceStream(name)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
