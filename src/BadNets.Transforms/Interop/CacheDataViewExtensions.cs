using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Accesses a private field of ML.NET's cache.</summary>
static class CacheDataViewExtensions
{
    /// <summary>Returns the view whose rows the cache stores.</summary>
    public static IDataView GetSource(this CacheDataView cache) => Source(cache);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_subsetInput")]
    private static extern ref readonly IDataView Source(CacheDataView cache);
}
