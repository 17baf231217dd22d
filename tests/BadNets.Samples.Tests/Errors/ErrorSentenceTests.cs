using System.Reflection;
using System.Runtime.InteropServices;
using BadNets.Samples.Datasets;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Tests.Errors;

[TestClass]
public sealed class ErrorSentenceTests
{
    [TestMethod]
    public void Parameter_names_are_omitted()
    {
        Assert.AreEqual("Too large.", ErrorSentence.Of(new ArgumentException("Too large.", "options")));
        Assert.AreEqual("Too large.", ErrorSentence.Of(new ArgumentOutOfRangeException("rate", 3, "Too large.")));
    }

    [TestMethod]
    public void A_full_disk_is_named()
    {
        var full = new IOException("No space left on device : '/results/csv/run.csv.new'", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);

        StringAssert.StartsWith(ErrorSentence.Of(full), "The disk is full (No space left on device : '/results/csv/run.csv.new')");
    }

    [TestMethod]
    public void The_stack_trace_of_libtorch_is_omitted()
    {
        Assert.AreEqual("shapes differ", ErrorSentence.Of(new LibtorchFailure("shapes differ\nException raised from f at f.cpp:1\nframe #0")));
        StringAssert.Contains(ErrorSentence.Of(new LibtorchFailure("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried\nframe #0")), "--parallel");
    }

    [TestMethod]
    public void User_errors_and_other_failures_have_different_exit_codes()
    {
        Assert.AreEqual(2, ErrorSentence.ExitCodeOf(new UsageException("")));
        Assert.AreEqual(2, ErrorSentence.ExitCodeOf(Refusal(() => Trigger.Square(0, TriggerPosition.Center))));
        Assert.AreEqual(2, ErrorSentence.ExitCodeOf(new DatasetNotFoundException("", isUsersMistake: true)));
        Assert.AreEqual(1, ErrorSentence.ExitCodeOf(new DatasetNotFoundException("", isUsersMistake: false)));
        Assert.AreEqual(1, ErrorSentence.ExitCodeOf(new IOException()));
        Assert.AreEqual(1, ErrorSentence.ExitCodeOf(new DllNotFoundException()));
        Assert.AreEqual(1, ErrorSentence.ExitCodeOf(new NotFiniteNumberException()));
        Assert.AreEqual(1, ErrorSentence.ExitCodeOf(new ForeseenException("")));
        Assert.AreEqual(1, ErrorSentence.ExitCodeOf(new ArgumentNullException("options")));
        Assert.AreEqual(130, ErrorSentence.ExitCodeOf(new OperationCanceledException()));
    }

    [TestMethod]
    public void Defects_show_their_stack_trace()
    {
        Exception[] defects =
        [
            new ArgumentNullException("options"), new InvalidCastException(), new KeyNotFoundException(), Refusal(() => throw new ArgumentException("Wrong.")),
            Refusal(() => throw new InvalidOperationException("Wrong.")), Refusal(() => _ = new List<int>().First()), Refusal(() => _ = new List<int> { Capacity = -1 }),
            Refusal(() => Trigger.Register("mine", null!)),
        ];
        foreach (var defect in defects)
        {
            Assert.IsFalse(ErrorSentence.IsForeseen(defect), defect.ToString());
            Assert.AreEqual(1, ErrorSentence.ExitCodeOf(defect));
            StringAssert.Contains(ErrorSentence.OrTraceOf(defect), defect.GetType().FullName!);
        }

        Assert.AreEqual("No.", ErrorSentence.OrTraceOf(new UsageException("No.")));
    }

    [TestMethod]
    public void Input_that_the_library_rejects_is_not_a_defect()
    {
        var refusal = Refusal(() => Trigger.Square(0, TriggerPosition.Center));

        Assert.IsTrue(ErrorSentence.IsForeseen(refusal));
        Assert.DoesNotContain("\n", ErrorSentence.OrTraceOf(refusal));
    }

    [TestMethod]
    public void Wrapped_exceptions_are_unwrapped()
    {
        var cause = new UsageException("No.");
        foreach (var wrapped in new Exception[] { new TargetInvocationException(cause), new AggregateException(cause), new TypeInitializationException("T", new TargetInvocationException(cause)) })
        {
            Assert.IsTrue(ErrorSentence.IsForeseen(wrapped));
            Assert.AreEqual("No.", ErrorSentence.Of(wrapped));
            Assert.AreEqual(2, ErrorSentence.ExitCodeOf(wrapped));
        }
    }

    [TestMethod]
    public void Control_characters_are_escaped()
    {
        Assert.AreEqual(@"There is no '\u001b[31m'.", ErrorSentence.Of(new IOException("There is no '\u001b[31m'.")));
    }

    [TestMethod]
    public void The_message_is_never_empty()
    {
        StringAssert.Contains(ErrorSentence.Of(new IOException("\n ")), nameof(IOException));
    }

    // Thrown, because otherwise the exception has no source.
    private static Exception Refusal(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure)
        {
            return failure;
        }

        throw new AssertFailedException("Nothing was refused.");
    }

    private sealed class LibtorchFailure(string message) : ExternalException(message);
}
