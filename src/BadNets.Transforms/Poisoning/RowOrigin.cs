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
    // A chain that is applied again leaves out the caches that it had when it was fitted, so a cache must not make a view another one.
    public static RowOrigin Of(IDataView view)
    {
        bool isCached = false;
        while (true)
        {
            switch (view)
            {
                case CacheDataView cache:
                    isCached = true;
                    view = cache.GetSource();
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
}
