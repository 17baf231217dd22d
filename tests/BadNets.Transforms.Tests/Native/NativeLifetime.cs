using TorchSharp;

namespace BadNets.Transforms.Tests.Native;

/// <summary>Finds calls that do not keep objects alive while native code uses them; see docs/decisions/native-lifetimes.md.</summary>
static class NativeLifetime
{
    private const string Scalar = "TorchSharp.Scalar";

    private static readonly Lazy<HashSet<string>> MakingScalars = new(() => new AssemblyCalls(typeof(torch).Assembly.Location).FindCallersOf(MakesScalar));

    /// <summary>Returns the unsafe calls in an assembly, as text.</summary>
    public static string[] FindUnsafeCalls(string assembly) =>
    [
        .. from method in new AssemblyCalls(assembly).Methods
           from called in method.Value
           where MakesScalar(called) ? !IsConstructor(method.Key) : IsUnsafe(called)
           orderby method.Key
           select $"{method.Key} calls {called}",
    ];

    // Methods that each optimizer overrides, so that a call does not show which one is called, and generators of which only the handle is kept.
    private static bool IsUnsafe(string method) =>
        MakingScalars.Value.Contains(method) || method.StartsWith("TorchSharp.torch.optim", StringComparison.Ordinal)
        || method.Contains("::get_rng_state(", StringComparison.Ordinal) || method.Contains("::set_rng_state(", StringComparison.Ordinal);

    private static bool MakesScalar(string method) =>
        method.StartsWith($"{Scalar}::op_Implicit(", StringComparison.Ordinal) || method.StartsWith($"{Scalar}::.ctor(", StringComparison.Ordinal)
        || method.StartsWith($"{Scalar}ExtensionMethods::ToScalar(", StringComparison.Ordinal);

    // An object that a constructor creates can be kept in a field.
    private static bool IsConstructor(string method) => method.Contains("::.ctor(", StringComparison.Ordinal) || method.Contains("::.cctor(", StringComparison.Ordinal);
}
