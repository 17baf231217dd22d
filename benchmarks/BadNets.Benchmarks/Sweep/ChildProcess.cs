using System.Diagnostics;

namespace BadNets.Benchmarks;

/// <summary>
/// A child process of this program for one measurement, so that process-wide settings (allocator, threads, libgomp's environment) and the peak memory apply
/// only to that measurement.
/// </summary>
sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _name;

    public ChildProcess(IEnumerable<string> arguments)
    {
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, typeof(ChildProcess).Assembly.GetName().Name + ".dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Remove("MALLOC_MMAP_THRESHOLD_");
        start.Environment.Remove("MALLOC_TRIM_THRESHOLD_");
        start.Environment.Remove("MALLOC_TOP_PAD_");
        start.Environment.Remove("GOMP_SPINCOUNT");
        _name = string.Join(' ', arguments);
        _process = Process.Start(start)!;
    }

    public void Write(string line) => _process.StandardInput.WriteLine(line);

    /// <exception cref="InvalidOperationException">The process has ended.</exception>
    public string ReadLine() =>
        _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The measurement '{_name}' ended early. Its output is above.");

    /// <summary>Reads all remaining lines.</summary>
    public IEnumerable<string> ReadLines()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
            yield return line;
        _process.WaitForExit();
        if (_process.ExitCode != 0)
            throw new InvalidOperationException($"The measurement '{_name}' failed. Its output is above.");
    }

    /// <summary>Ends the process by closing its input.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
            _process.Kill();
        _process.Dispose();
    }
}
