using System.Runtime.Loader;

namespace BadNets.Transforms;

/// <summary>Tells functions of notebooks and scripts, which are compiled again each time a cell runs, from those of programs.</summary>
static class CompiledInMemory
{
    // The assemblies of a program in a single file have no location either, but they are in the default context.
    public static bool Is(Delegate function) => function.Method.Module.Assembly is var assembly
        && (assembly.IsDynamic || assembly.Location.Length == 0 && AssemblyLoadContext.GetLoadContext(assembly) != AssemblyLoadContext.Default);
}
