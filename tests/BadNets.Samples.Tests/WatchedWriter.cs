namespace BadNets.Samples.Tests;

/// <summary>Stores the text that is written, and passes each complete line to a watcher.</summary>
sealed class WatchedWriter(Action<string> watch) : StringWriter
{
    private int _seen;

    public override void Write(char value)
    {
        base.Write(value);
        ShowLines();
    }

    public override void Write(string? value)
    {
        base.Write(value);
        ShowLines();
    }

    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        ShowLines();
    }

    private void ShowLines()
    {
        string all = ToString();
        for (int end; (end = all.IndexOf('\n', _seen)) >= 0; _seen = end + 1)
            watch(all[_seen..end]);
    }
}
