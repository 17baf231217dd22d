namespace BadNets.Fuzzing;

/// <summary>The folder for files that are passed to readers by path.</summary>
sealed class Folder(string path)
{
    public string this[string name] => Path.Combine(path, name);

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(this[name], content);
        return this[name];
    }
}
