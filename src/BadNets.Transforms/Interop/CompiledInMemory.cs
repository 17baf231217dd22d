using System.Runtime.Loader;

namespace BadNets.Transforms;

/// <summary>Distinguishes functions in notebooks and scripts, which are recompiled each time a cell runs, from functions in programs.</summary>
static class CompiledInMemory
{
    // The assemblies of a single-file program have no location either, but they are in the default context.
    public static bool Is(Delegate function) => function.Method.Module.Assembly is var assembly
        && (assembly.IsDynamic || assembly.Location.Length == 0 && AssemblyLoadContext.GetLoadContext(assembly) != AssemblyLoadContext.Default);
}
