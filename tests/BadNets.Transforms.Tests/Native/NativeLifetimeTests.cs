using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests.Native;

/// <summary>No code of the library passes objects to native code that the garbage collector can free during the call.</summary>
[TestClass]
public sealed class NativeLifetimeTests
{
    [TestMethod]
    public void The_library_keeps_everything_alive_that_native_code_reads() =>
        Assert.AreEqual("", string.Join('\n', NativeLifetime.FindUnsafeCalls(typeof(Trigger).Assembly.Location)));

    [TestMethod]
    public void Unsafe_calls_are_found_in_an_assembly_that_has_them()
    {
        string[] found = NativeLifetime.FindUnsafeCalls(typeof(NativeLifetimeTests).Assembly.Location);
        foreach (string unsafeCall in (string[])["::add_(TorchSharp.torch.Tensor)", "Scalar::op_Implicit(Single)", "torch.optim::SGD(", "::get_rng_state()"])
            Assert.IsTrue(found.Any(call => call.Contains(nameof(CallUnsafely)) && call.Contains(unsafeCall)), $"{unsafeCall} was not found in\n{string.Join('\n', found)}");
    }

    // Only read by the test above.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CallUnsafely(Tensor tensor, TorchSharp.Modules.Parameter[] parameters)
    {
        tensor.add_(tensor);
        tensor.mul_(0.5f);
        optim.SGD(parameters, 0.1);
        get_rng_state();
    }
}
