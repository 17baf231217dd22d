using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>Determines seeds that default to the seed of the <see cref="Microsoft.ML.MLContext"/>.</summary>
static class HostSeed
{
    /// <summary>Returns the seed if there is one, otherwise the seed of the context, or a random seed if the context has none.</summary>
    public static int SeedOr(this IHostEnvironment env, int? seed) => seed ?? ((IHostEnvironmentInternal)env).Seed ?? Random.Shared.Next();
}
