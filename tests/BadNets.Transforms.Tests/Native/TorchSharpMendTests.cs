using System.Diagnostics;
using System.Reflection;
using TorchSharp;

namespace BadNets.Transforms.Tests.Native;

/// <summary>The effects of the build's patch on the TorchSharp assembly of this program.</summary>
[TestClass]
public sealed class TorchSharpMendTests
{
    [TestMethod]
    public void TorchSharp_keeps_objects_alive_while_native_code_uses_them() =>
        Assert.IsTrue(typeof(torch).Assembly.GetCustomAttribute<DebuggableAttribute>()!.IsJITOptimizerDisabled);
}
