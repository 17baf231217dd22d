using System.Reflection;
using System.Runtime.InteropServices;
using BadNets.Transforms;

namespace BadNets.Samples.Errors;

/// <summary>Returns the message and the exit code for a failure.</summary>
static class ErrorSentence
{
    private const string NotEnoughMemory = "There is not enough memory. Use --parallel to train fewer networks at a time.";

    public static string Of(Exception failure)
    {
        failure = CauseOf(failure);
        // .NET adds the name and value of the parameter to these messages, which do not help the user of a command.
        string message = failure is ArgumentException { ParamName: { } parameter }
            ? failure.Message.Split($" (Parameter '{parameter}')")[0]
            : failure.Message;
        // libtorch appends a C++ stack trace.
        if (failure is ExternalException)
            message = message.Trim().Split('\n')[0];
        message = message.ReplaceLineEndings(" ").Trim();
        if (message.Length == 0)
            message = $"An error without a message occurred ({failure.GetType().Name}).";
        return ControlCharacters.Show(failure switch
        {
            OutOfMemoryException => NotEnoughMemory,
            ExternalException when message.Contains("DefaultCPUAllocator", StringComparison.Ordinal) || message.Contains("out of memory", StringComparison.Ordinal) => NotEnoughMemory,
            IOException when IsDiskFull(failure) => $"The disk is full ({message.TrimEnd('.')}). Free some space, and run the same command again to continue after the last complete epoch.",
            _ => message,
        });
    }

    /// <summary>Returns the message of an expected failure, or the full stack trace of an unexpected one.</summary>
    public static string OrTraceOf(Exception failure) => IsForeseen(failure) ? Of(failure) : failure.ToString();

    public static int ExitCodeOf(Exception failure) => CauseOf(failure) switch
    {
        ForeseenException foreseen => foreseen.ExitCode,
        OperationCanceledException => ExitCode.Cancelled,
        ArgumentException refusal when IsRefusal(refusal) => ExitCode.Usage,
        _ => ExitCode.Failure,
    };

    // Reflection, parallel loops, and type initializers wrap the original exception.
    private static Exception CauseOf(Exception failure) => failure switch
    {
        TargetInvocationException or TypeInitializationException or AggregateException { InnerExceptions.Count: 1 } when failure.InnerException is { } cause => CauseOf(cause),
        _ => failure,
    };

    // ENOSPC and EDQUOT (Linux, macOS); ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
    private static bool IsDiskFull(Exception failure) =>
        OperatingSystem.IsWindows() ? (failure.HResult & 0xffff) is 39 or 112 : failure.HResult is 28 or 122 or 69;

    /// <summary>Determines whether a failure is an expected one. Any other failure is a defect, whose full stack trace should be shown.</summary>
    public static bool IsForeseen(Exception failure) => CauseOf(failure) is var cause && (cause is
        ForeseenException or OperationCanceledException or IOException or UnauthorizedAccessException or InvalidDataException
        or DllNotFoundException or NotFiniteNumberException or OutOfMemoryException or ExternalException
        || IsRefusal(cause));

    // Input that the library rejects with its own message. The same exceptions from other code are defects of this program or of the library.
    private static bool IsRefusal(Exception failure) =>
        failure is (ArgumentException and not ArgumentNullException) or InvalidOperationException && failure.Source == typeof(TorchCnnTrainer).Assembly.GetName().Name;
}
