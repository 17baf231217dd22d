using System.Runtime.InteropServices;
using System.Text;
using BadNets.Samples.Commands;
using BadNets.Samples.Running;
using Spectre.Console;

AllocatorTuning.Apply();
// Older Windows consoles start with a code page that has no lines and blocks.
if (OperatingSystem.IsWindows())
    Console.OutputEncoding = Encoding.UTF8;
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
if (Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 })
    AnsiConsole.Profile.Capabilities.Interactive = AnsiConsole.Profile.Capabilities.Ansi = false;
// In files and pipes, do not break lines within sentences.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 1000;
return await SampleCommand.RunAsync(args, AnsiConsole.Console, Console.Error, stop.Token);

// The first one ends the run at its next step; a second one ends the process.
void OnSignal(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
