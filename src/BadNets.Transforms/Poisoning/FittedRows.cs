using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>
/// Some rows of the data that a step was fitted on. They are found again in this data, and in views that are derived from it row by row, but not in
/// other data, where the same row IDs belong to other rows.
/// </summary>
sealed class FittedRows
{
    private readonly DataViewRowId[] _ids;

    // Weak, so that a model does not keep its training data in memory. Null if the step was loaded from a file.
    private readonly WeakReference<IDataView>? _fitted;

    private FittedRows(int[] positions, DataViewRowId[] ids, IDataView? fitted)
    {
        Positions = positions;
        _ids = ids;
        _fitted = fitted is null ? null : new WeakReference<IDataView>(fitted);
    }

    /// <summary>The zero-based positions of the rows in the fitted view.</summary>
    public int[] Positions { get; }

    /// <summary>The IDs of the rows in the view that the fitted view is derived from. A cache does not change them.</summary>
    public ReadOnlySpan<DataViewRowId> SourceIds => _ids;

    /// <param name="host">The host of the step.</param>
    /// <param name="fitted">The view that the step is fitted on.</param>
    /// <param name="rows">The IDs and positions of the rows in that view.</param>
    public static FittedRows Of(IHost host, IDataView fitted, IReadOnlyList<(DataViewRowId Id, int Position)> rows)
    {
        var origin = RowOrigin.Of(fitted);
        // A cache renumbers its rows.
        var all = origin.IsCached ? origin.ReadIds(host) : null;
        return new FittedRows([.. rows.Select(row => row.Position)], [.. rows.Select(row => all is null ? row.Id : all[row.Position])], origin.View);
    }

    /// <summary>Returns the IDs that the rows have in a view, in the order of <see cref="Positions"/>, or null if the view is other data.</summary>
    public DataViewRowId[]? FindIn(IDataView view)
    {
        var origin = RowOrigin.Of(view);
        if (_fitted is null || !_fitted.TryGetTarget(out var fitted) || origin.View != fitted)
            return null;
        return origin.IsCached ? Array.ConvertAll(Positions, position => new DataViewRowId((ulong)position, 0)) : _ids;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_ids.Length);
        for (int i = 0; i < _ids.Length; i++)
        {
            writer.Write(Positions[i]);
            writer.Write(_ids[i].Low);
            writer.Write(_ids[i].High);
        }
    }

    /// <summary>Reads rows. The data that they belong to is not known.</summary>
    /// <exception cref="InvalidDataException">The rest of the stream is too short for that many rows.</exception>
    public static FittedRows Read(BinaryReader reader)
    {
        // *** Binary format ***
        // int32: count; count × (int32 position, uint64 low, uint64 high)
        int count = new ModelReader(reader).ReadCount(sizeof(int) + 2 * sizeof(ulong));
        var positions = new int[count];
        var ids = new DataViewRowId[count];
        for (int i = 0; i < count; i++)
        {
            positions[i] = reader.ReadInt32();
            ids[i] = new DataViewRowId(reader.ReadUInt64(), reader.ReadUInt64());
        }

        return new FittedRows(positions, ids, null);
    }
}
