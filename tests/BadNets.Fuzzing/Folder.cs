namespace BadNets.Fuzzing;

/// <summary>Where files are put for readers that take a path.</summary>
sealed class Folder(string path)
{
    public string this[string name] => Path.Combine(path, name);

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(this[name], content);
        return this[name];
    }
}
