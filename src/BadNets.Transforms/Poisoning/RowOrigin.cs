using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>The origin of the rows of a view: the source view that it is derived from row by row, in the same order.</summary>
/// <param name="View">The first underlying view that is not a row-to-row mapping.</param>
/// <param name="IsCached">
/// Whether there is a cache between the two views. A cache renumbers the rows. Without a cache, rows keep their IDs from <paramref name="View"/>.
/// </param>
readonly record struct RowOrigin(IDataView View, bool IsCached)
{
    // When a fitted chain is applied again, it omits the caches that it had during fitting. Therefore, views with and without a cache must have the
    // same origin.
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
                case IRowByRowView derived:
                    view = derived.Source;
                    break;
                // ChooseColumnsByIndexTransform drops the columns that a cache cannot hold, such as images.
                case IDataTransform transform and (IRowToRowMapper or ChooseColumnsByIndexTransform):
                    view = transform.Source;
                    break;
                default:
                    return new RowOrigin(view, isCached);
            }
        }
    }

    /// <summary>Reads the IDs of all rows of <see cref="View"/>, by position.</summary>
    public DataViewRowId[] ReadIds(IHost host)
    {
        var ids = new List<DataViewRowId>(checked((int)(View.GetRowCount() ?? 0)));
        using var cursor = View.GetRowCursor();
        var getter = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            if ((ids.Count & 0xfff) == 0)
                host.CheckAlive();
            getter(ref id);
            ids.Add(id);
        }

        return [.. ids];
    }
}
