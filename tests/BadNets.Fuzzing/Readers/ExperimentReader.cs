using System.Text;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Fuzzing;

/// <summary>Experiment files, which the <c>run</c> command reads.</summary>
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
            FindingException.Unless(!refusal.Message.Contains('\n', StringComparison.Ordinal), $"The error message has several lines: {refusal.Message}");
            return Outcome.Refused;
        }

        Cell[] cells;
        try
        {
            cells = [.. experiment.CellsOn(Dataset)];
        }
        catch (UsageException fault)
        {
            throw new FindingException($"The experiment was read, but its cells are not valid: {fault.Message}");
        }

        foreach (var cell in cells)
        {
            FindingException.Unless(cell.Id == Path.GetFileName(cell.Id) && cell.Id.Length is > 0 and <= 255, $"The cell ID '{cell.Id}' is not a valid folder name.");
            FindingException.Unless(CellJson.Read<Cell>(Encoding.UTF8.GetBytes(cell.ToJson())).Equals(cell), $"The cell '{cell.Id}' differs after it is written and read again.");
            if (experiment.Published is { } names && PublishedNames.CanDescribe(cell))
            {
                string file = FileName.Fit(names.NameOf(cell), ".csv");
                FindingException.Unless(file == Path.GetFileName(file), $"'{file}' is not a valid file name.");
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
