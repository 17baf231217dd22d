using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Where the rows of a view come from: the view that it is made of row by row, in the same order.</summary>
/// <param name="View">The first view below that is not such a mapping.</param>
/// <param name="IsCached">
/// Whether a cache stands between the two. A cache identifies rows by their number; without one they keep the identity that
/// <paramref name="View"/> gives them.
/// </param>
readonly record struct RowOrigin(IDataView View, bool IsCached)
{
    public static RowOrigin Of(IDataView view)
    {
        bool isCached = false;
        while (true)
        {
            switch (view)
            {
                case CacheDataView cache:
                    isCached = true;
                    view = CachedView(cache);
                    break;
                // The second drops the columns that a cache cannot hold, images for example.
                case IDataTransform transform and (IRowToRowMapper or ChooseColumnsByIndexTransform):
                    view = transform.Source;
                    break;
                default:
                    return new RowOrigin(view, isCached);
            }
        }
    }

    // ML.NET does not say what a cache holds, and EstimatorChain leaves its caches out when it is applied again.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_subsetInput")]
    private static extern ref readonly IDataView CachedView(CacheDataView cache);
}
