using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Benchmarks;

/// <summary>Reads all rows of a view, as a trainer does, and discards them.</summary>
static class ViewDrain
{
    public static long Images<TImage>(IDataView view)
    {
        var image = view.Schema["Image"];
        using var cursor = OneThread(view, image);
        var next = cursor.GetGetter<TImage>(image);
        TImage value = default!;
        long rows = 0;
        for (; cursor.MoveNext(); rows++)
            next(ref value);
        return rows;
    }

    public static long ImagesAndLabels(IDataView view)
    {
        DataViewSchema.Column image = view.Schema["Image"], label = view.Schema["Label"];
        using var cursor = OneThread(view, image, label);
        return ImagesAndLabels(cursor, image, label);
    }

    /// <summary>Reads a view as ML.NET does by default: passes the rows of one cursor to other threads, and collects them again.</summary>
    public static long ImagesAndLabelsOverThreads(IDataView view)
    {
        DataViewSchema.Column image = view.Schema["Image"], label = view.Schema["Label"];
        using var cursor = view.GetRowCursor([image, label]);
        return ImagesAndLabels(cursor, image, label);
    }

    private static long ImagesAndLabels(DataViewRowCursor cursor, DataViewSchema.Column image, DataViewSchema.Column label)
    {
        var nextImage = cursor.GetGetter<VBuffer<byte>>(image);
        var nextLabel = cursor.GetGetter<uint>(label);
        VBuffer<byte> pixels = default;
        uint key = 0;
        long sum = 0;
        while (cursor.MoveNext())
        {
            nextImage(ref pixels);
            nextLabel(ref key);
            sum += key;
        }

        return sum;
    }

    private static DataViewRowCursor OneThread(IDataView view, params DataViewSchema.Column[] columns) => view.GetRowCursorSet(columns, 1)[0];
}
