using System.Diagnostics;

namespace BadNets.Samples.Tests;

/// <summary>Runs commands of the sample program in a separate process, which ends when this object is disposed of.</summary>
sealed class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <param name="arguments">The command line.</param>
    /// <param name="environment">Environment variables to set.</param>
    public SampleProcess(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
        : this(arguments, "", environment)
    {
    }

    /// <param name="arguments">The command line.</param>
    /// <param name="folder">The current folder.</param>
    /// <param name="environment">Environment variables to set.</param>
    public SampleProcess(IEnumerable<string> arguments, string folder, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "BadNets.Samples.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Reads the output until a line contains a text.</summary>
    public async Task WaitForAsync(string text)
    {
        string? line;
        do
            line = await _process.StandardOutput.ReadLineAsync();
        while (line is not null && !line.Contains(text, StringComparison.Ordinal));
        Assert.IsNotNull(line, line is null ? await _errors : "");
    }

    public async Task<SampleOutcome> WaitForEndAsync()
    {
        string output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return new SampleOutcome(_process.ExitCode, output, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
