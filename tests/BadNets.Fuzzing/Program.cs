using System.Diagnostics;
using System.Globalization;
using BadNets.Fuzzing;

const int FilesPerChild = 2000;
const string Usage = """
    BadNets.Fuzzing [READER[=FILES]]... [--files N] [--minutes M] [--seed S] [--parallel P]
        Tests each of the given readers (default: all) with N changed files (default: 20000), or for M minutes.
    BadNets.Fuzzing --one READER SEED NUMBER [FILE]
        Reads the file of a finding again in this process, and optionally writes it to FILE.
    """;

if (args is [Child.Argument, var childReader, var childSeed, var first, var count, var folder])
{
    Child.Run(new FuzzTask(childReader, (int)Number(childSeed), Number(first), Number(count)), folder);
    return 0;
}

if (args is ["--one", var name, var oneSeed, var number, .. var to] && FuzzReader.Exists(name))
    return ReadOne(name, (int)Number(oneSeed), Number(number), to);

var readers = new Dictionary<string, long?>();
long files = 20_000, parallel = 1;
int seed = 0;
TimeSpan? time = null;
for (int i = 0; i < args.Length; i++)
{
    string[] parts = args[i].Split('=');
    if (FuzzReader.Exists(parts[0]))
        readers[parts[0]] = parts.Length > 1 ? Number(parts[1]) : null;
    else if (i + 1 == args.Length || args[i] is not ("--files" or "--minutes" or "--seed" or "--parallel"))
        return Explain();
    else if (args[i] == "--files")
        files = Number(args[++i]);
    else if (args[i] == "--minutes")
        time = TimeSpan.FromMinutes(Number(args[++i]));
    else if (args[i] == "--seed")
        seed = (int)Number(args[++i]);
    else
        parallel = Number(args[++i]);
}

if (readers.Count == 0)
    readers = FuzzReader.Names.ToDictionary(reader => reader, _ => (long?)null);

var parent = new Parent();
var watch = Stopwatch.StartNew();
await Parallel.ForEachAsync(Tasks(), new ParallelOptions { MaxDegreeOfParallelism = (int)parallel }, (task, _) =>
{
    parent.Run(task);
    return ValueTask.CompletedTask;
});
parent.PrintCounts();
return parent.IsClean ? 0 : 1;

IEnumerable<FuzzTask> Tasks()
{
    for (long first = 0; ; first += FilesPerChild)
    {
        bool isAny = false;
        foreach (var (reader, wanted) in readers)
        {
            long left = time is null ? (wanted ?? files) - first : watch.Elapsed < time ? FilesPerChild : 0;
            if (left <= 0)
                continue;
            isAny = true;
            yield return new FuzzTask(reader, seed, first, Math.Min(left, FilesPerChild));
        }

        if (!isAny)
            yield break;
    }
}

static int ReadOne(string name, int seed, long number, string[] to)
{
    var folder = Directory.CreateTempSubdirectory("badnets-fuzzing-");
    try
    {
        var reader = FuzzReader.Create(name, new Folder(folder.FullName));
        if (to is [var path])
            File.WriteAllBytes(path, reader.Make(FuzzReader.RandomOf(seed, number)).Content);
        var outcome = Child.Examine(reader, seed, number, out string? finding);
        Console.WriteLine(finding ?? $"{outcome}.");
        return finding is null ? 0 : 1;
    }
    finally
    {
        Directory.SetCurrentDirectory(Path.GetTempPath());
        folder.Delete(recursive: true);
    }
}

static int Explain()
{
    Console.Error.WriteLine(Usage);
    Console.Error.WriteLine($"Readers: {string.Join(", ", FuzzReader.Names)}");
    return 2;
}

static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
