namespace BadNets.Fuzzing;

/// <summary>Creates files for one of the project's readers, and passes them to it.</summary>
abstract class FuzzReader
{
    private static readonly Dictionary<string, Func<Folder, FuzzReader>> Known = new()
    {
        ["idx"] = folder => new IdxReader(folder),
        ["idx-gzip"] = folder => new GzipIdxReader(folder),
        ["cifar"] = folder => new CifarReader(folder),
        ["image-folder"] = folder => new ImageFolderReader(folder),
        ["png"] = folder => new PictureReader(folder, PictureSeeds.Png(), PictureSeeds.RepairPng),
        ["jpeg"] = folder => new PictureReader(folder, PictureSeeds.Jpeg()),
        ["gif"] = folder => new PictureReader(folder, PictureSeeds.Gif()),
        ["bmp"] = folder => new PictureReader(folder, PictureSeeds.Bmp()),
        ["webp"] = folder => new PictureReader(folder, PictureSeeds.Webp()),
        ["model"] = folder => new ModelReader(folder),
        ["checkpoint"] = folder => new CheckpointReader(folder),
        ["results"] = folder => new ResultsReader(folder),
        ["experiment"] = _ => new ExperimentReader(),
        ["command-line"] = folder => new CommandLineReader(folder),
        [BrokenReader.Name] = _ => new BrokenReader(),
    };

    /// <summary>The names of all readers except <see cref="BrokenReader"/>.</summary>
    public static IEnumerable<string> Names => Known.Keys.Where(name => name != BrokenReader.Name);

    public static bool Exists(string name) => Known.ContainsKey(name);

    public static FuzzReader Create(string name, Folder folder) => Known[name](folder);

    /// <summary>Returns the random numbers from which a file is created.</summary>
    public static Random RandomOf(int seed, long number)
    {
        ulong mixed = (ulong)seed * 0x9E3779B97F4A7C15 + (ulong)number * 0xD1B54A32D192ED03;
        mixed = (mixed ^ mixed >> 32) * 0xBF58476D1CE4E5B9;
        return new Random((int)(mixed >> 33));
    }

    /// <summary>Creates a file. The same random numbers give the same file.</summary>
    public abstract FuzzFile Make(Random random);
}
