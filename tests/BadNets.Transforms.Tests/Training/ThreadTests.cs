using System.Diagnostics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

/// <summary>The threads of libtorch: their number in a training run, and that they do not spin.</summary>
[TestClass]
[DoNotParallelize]
public sealed partial class ThreadTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void The_option_applies_only_to_its_training_run()
    {
        int before = get_num_threads(), others = OnNewThread(get_num_threads);
        int inside = 0, othersInside = 0;
        Train(Environment.ProcessorCount, () => (inside, othersInside) = (get_num_threads(), OnNewThread(get_num_threads)));

        Assert.AreEqual(Environment.ProcessorCount, inside);
        Assert.AreEqual(others, othersInside);
        Assert.AreEqual(before, get_num_threads());
        Assert.AreEqual(others, OnNewThread(get_num_threads));
    }

    [TestMethod]
    public void Concurrent_training_runs_keep_their_own_numbers()
    {
        using var meeting = new Barrier(2);
        int[] seen = new int[2];
        int[] asked = [1, Environment.ProcessorCount];
        var trainings = Enumerable.Range(0, 2).Select(i => Task.Factory.StartNew(() => Train(asked[i], () =>
        {
            Assert.IsTrue(meeting.SignalAndWait(TimeSpan.FromMinutes(1)), "The other training did not get there.");
            seen[i] = get_num_threads();
        }), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Task.WaitAll(trainings);

        CollectionAssert.AreEqual(asked, seen);
        Assert.AreEqual(1, OnNewThread(get_num_threads));
    }

    [TestMethod]
    public void Failed_training_restores_the_number_of_threads()
    {
        int before = get_num_threads();
        Assert.Throws<TimeoutException>(() => Train(Environment.ProcessorCount, () => throw new TimeoutException()));
        Assert.AreEqual(before, get_num_threads());
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Idle_threads_sleep_unless_the_user_has_set_otherwise()
    {
        TorchNetwork.BadNets.Create(new ImageShape(1, 16, 16), 2).Dispose();

        string? users = Environment.GetEnvironmentVariable("GOMP_SPINCOUNT"), policy = Environment.GetEnvironmentVariable("OMP_WAIT_POLICY");
        Assert.AreEqual(users ?? (policy is null ? "0" : null), Marshal.PtrToStringUTF8(GetEnvironmentVariable("GOMP_SPINCOUNT")));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("GOMP_SPINCOUNT", "77")]
    [DataRow("OMP_WAIT_POLICY", "ACTIVE")]
    public async Task User_settings_are_kept(string name, string value)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(ThreadTests).Assembly.Location);
        start.ArgumentList.Add("--filter");
        start.ArgumentList.Add($"ClassName={typeof(ThreadTests).FullName}&Name={nameof(Idle_threads_sleep_unless_the_user_has_set_otherwise)}");
        start.Environment[name] = value;
        using var process = Process.Start(start)!;

        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.AreEqual(0, process.ExitCode, output);
        Assert.MatchesRegex("succeeded: 1", output);
    }

    private void Train(int threads, Action inFirstStep) => _ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
    {
        Epochs = 1,
        Threads = threads,
        StepFinished = _ => inFirstStep(),
    }).Fit(GrayImages.View(_ml, 20)).Dispose();

    private static int OnNewThread(Func<int> read)
    {
        int result = 0;
        var thread = new Thread(() => result = read());
        thread.Start();
        thread.Join();
        return result;
    }

    // Native code changed the environment, but .NET has a copy from the start of the process.
    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironmentVariable(string name);
}
