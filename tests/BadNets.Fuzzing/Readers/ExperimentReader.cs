using System.Text;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Fuzzing;

/// <summary>Descriptions of experiments, which <c>run</c> reads.</summary>
sealed class ExperimentReader : FuzzReader
{
    private static readonly DatasetIdentity Dataset = new("MNIST", 60000, 10000);

    private static readonly string[] Words =
        ["null", "-1", "0", "1e999", "NaN", "2147483648", "\"\"", "\"../../x\"", "[]", "{}", "true", "\"kind\"", "[[[[1]]]]", "\"\\u0000\"", "{\"kind\":\"next\"}", "\"attack.rate\""];

    private readonly byte[][] _files = [.. ExperimentCatalog.All.Select(experiment => Encoding.UTF8.GetBytes(experiment.ToJson()))];

    public override FuzzFile Make(Random random)
    {
        byte[] whole = _files[random.Next(_files.Length)], other = _files[random.Next(_files.Length)];
        byte[] changed = random.Next(3) == 0 ? Mutation.Change(random, whole, other) : ChangeValue(random, whole);
        return new FuzzFile(changed, () => Check(changed));
    }

    private static Outcome Check(byte[] json)
    {
        Experiment experiment;
        try
        {
            experiment = Experiment.Parse(json, "fuzzed.json");
            if (experiment.Includes.Count > 0)
                return ExperimentCatalog.Expand(experiment).Count > 0 ? Outcome.Read : Outcome.Refused;
        }
        catch (UsageException refusal)
        {
            FindingException.Unless(!refusal.Message.Contains('\n', StringComparison.Ordinal), $"The refusal has several lines: {refusal.Message}");
            return Outcome.Refused;
        }

        Cell[] cells;
        try
        {
            cells = [.. experiment.CellsOn(Dataset)];
        }
        catch (UsageException fault)
        {
            throw new FindingException($"It was read, but has no cells: {fault.Message}");
        }

        foreach (var cell in cells)
        {
            FindingException.Unless(cell.Id == Path.GetFileName(cell.Id) && cell.Id.Length is > 0 and <= 255, $"The cell '{cell.Id}' cannot be a folder.");
            FindingException.Unless(CellJson.Read<Cell>(Encoding.UTF8.GetBytes(cell.ToJson())).Equals(cell), $"The cell '{cell.Id}' is another when it is read again.");
            if (experiment.Published is { } names && PublishedNames.CanDescribe(cell))
            {
                string file = FileName.Fit(names.NameOf(cell), ".csv");
                FindingException.Unless(file == Path.GetFileName(file), $"'{file}' is not the name of a file.");
            }
        }

        return Outcome.Read;
    }

    private static byte[] ChangeValue(Random random, byte[] file)
    {
        string[] lines = Encoding.UTF8.GetString(file).Split('\n');
        int at = random.Next(lines.Length);
        int colon = lines[at].IndexOf(": ", StringComparison.Ordinal);
        string end = lines[at].EndsWith(',') ? "," : "";
        lines[at] = (colon < 0 ? "" : lines[at][..(colon + 2)]) + Words[random.Next(Words.Length)] + end;
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }
}
