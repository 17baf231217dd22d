using System.Diagnostics;
using System.Reflection;
using TorchSharp;

namespace BadNets.Transforms.Tests.Native;

/// <summary>What the build does to TorchSharp, as this program runs with it.</summary>
[TestClass]
public sealed class TorchSharpMendTests
{
    [TestMethod]
    public void TorchSharp_keeps_alive_what_it_passes_to_native_code() =>
        Assert.IsTrue(typeof(torch).Assembly.GetCustomAttribute<DebuggableAttribute>()!.IsJITOptimizerDisabled);
}
