using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>Finds label columns, and explains why a column cannot be used.</summary>
static class LabelColumn
{
    /// <summary>Rejects a schema shape that has no label column with this name.</summary>
    public static SchemaShape.Column Check(IExceptionContext context, SchemaShape schema, string name, string role = "label")
    {
        var column = schema.Find(context, role, name);
        if (!LabelType.Fits(column))
            throw context.ExceptSchemaMismatch("inputSchema", role, name, LabelType.Expected, Describe(column));
        return column;
    }

    /// <summary>Finds a label column and its type.</summary>
    public static (DataViewSchema.Column Column, LabelType Type) Find(IExceptionContext context, DataViewSchema schema, string name, string role = "label")
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw context.ExceptSchemaMismatch("inputSchema", role, name);
        return (column, LabelType.Of(column) ?? throw context.ExceptSchemaMismatch("inputSchema", role, name, LabelType.Expected, Describe(column)));
    }

    /// <summary>Rejects a label that a column cannot contain. The message lists the labels that the column has.</summary>
    /// <exception cref="ArgumentException">The label is not one of the column's key values, or not a value of its type.</exception>
    public static void CheckHolds(DataViewSchema.Column column, LabelType type, LabelValue label)
    {
        if (type.CanHold(label))
            return;

        string has = type.Values is { } values
            ? $"Its labels are {List(values)}"
            : $"Its labels are of type {column.Type}";
        throw new ArgumentException($"The label '{label}' is not in column '{column.Name}'. {has}.");
    }

    /// <summary>Lists the first labels, for error messages.</summary>
    public static string List(IReadOnlyList<LabelValue> labels) => $"{string.Join(", ", labels.Take(20))}{(labels.Count > 20 ? ", …" : "")}";

    private static string Describe(SchemaShape.Column column) =>
        column.IsKey ? $"{column.GetTypeString()} without key values (MapValueToKey adds them)" : column.GetTypeString();

    private static string Describe(DataViewSchema.Column column) =>
        column.Type is KeyDataViewType ? $"{column.Type} without key values (MapValueToKey adds them)" : column.Type.ToString()!;
}
