using System.Globalization;
using System.Text;

namespace BadNets.Fuzzing;

/// <summary>The CSV and JSON files of a training, which <c>report</c> makes a page of.</summary>
sealed class ResultsReader : FuzzReader
{
    private const string Run = "exp01_MNIST_trigger1_pr0p1_ep5_ts5_modern.csv";
    private const string Record = "MNIST_trigger1_pr0p1_ts5_br_ep5_modern.json";

    private static readonly string[] Shares = ["test_clean_acc", "test_asr", "poisoning_rate"];
    private static readonly string[] Words = ["NaN", "-0", "1e999", "-1", "7", "∞", "", "\"", "2147483648", "0x10", " ", "../../x", "null", "1,5"];

    private readonly Folder _folder;
    private readonly byte[] _csv = Resource("run.csv");
    private readonly byte[] _json = Resource("run.json");

    public ResultsReader(Folder folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder[Path.Combine("results", "csv")]);
        Directory.CreateDirectory(folder[Path.Combine("results", "runs")]);
    }

    public override FuzzFile Make(Random random)
    {
        bool isCsv = random.Next(3) > 0;
        byte[] whole = isCsv ? _csv : _json;
        byte[] changed = random.Next(2) == 0 ? Mutation.Change(random, whole, isCsv ? _json : _csv) : ChangeValue(random, whole);
        return new FuzzFile(changed, () => Check(isCsv ? changed : _csv, isCsv ? _json : changed));
    }

    private Outcome Check(byte[] csv, byte[] json)
    {
        _folder.Write(Path.Combine("results", "csv", Run), csv);
        _folder.Write(Path.Combine("results", "runs", Record), json);
        if (!Sample.Run(["report", "--output", _folder["results"]], isCancelled: false))
            return Outcome.Refused;
        CheckShares(Encoding.UTF8.GetString(csv));
        return Outcome.Read;
    }

    // What is reported must be possible. Only plain lines are looked at.
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
                    !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || number is >= 0 and <= 1, $"{share} is {value}, and nothing is said.");
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
