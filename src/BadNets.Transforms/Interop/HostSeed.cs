using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>Seeds that a user may leave to the <see cref="Microsoft.ML.MLContext"/>.</summary>
static class HostSeed
{
    /// <summary>The seed, or the context's where there is none; a random one if the context has none either.</summary>
    public static int SeedOr(this IHostEnvironment env, int? seed) => seed ?? ((IHostEnvironmentInternal)env).Seed ?? Random.Shared.Next();
}
