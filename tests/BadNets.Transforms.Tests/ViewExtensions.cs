namespace BadNets.Transforms.Tests;

/// <summary>Extension methods that read views column by column.</summary>
static class ViewExtensions
{
    public static T[] Values<T>(this IDataView view, string column) => [.. view.GetColumn<T>(view.Schema[column])];

    /// <summary>Returns the rows of a vector column as arrays.</summary>
    public static T[][] Vectors<T>(this IDataView view, string column)
    {
        using var cursor = view.GetRowCursor([view.Schema[column]]);
        var getter = cursor.GetGetter<VBuffer<T>>(view.Schema[column]);
        var rows = new List<T[]>();
        VBuffer<T> buffer = default;
        while (cursor.MoveNext())
        {
            getter(ref buffer);
            rows.Add(buffer.DenseValues().ToArray());
        }

        return [.. rows];
    }

    /// <summary>Returns the values of a vector annotation.</summary>
    public static T[] Annotation<T>(this DataViewSchema.Column column, string kind)
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(kind, ref values);
        return [.. values.DenseValues()];
    }
}
