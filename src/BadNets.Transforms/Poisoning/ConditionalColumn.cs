using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>The three column names of a step that changes one column in the rows in which another column is true.</summary>
/// <param name="Output">The column to create.</param>
/// <param name="Input">The column to read.</param>
/// <param name="Where">The Boolean column that selects the rows to change, or null to change all rows.</param>
readonly record struct ConditionalColumn(string Output, string Input, string? Where)
{
    public static ConditionalColumn Create(string outputColumnName, string? inputColumnName, string? whereColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        return new ConditionalColumn(outputColumnName, inputColumnName ?? outputColumnName, whereColumnName);
    }

    public static ConditionalColumn Read(ModelReader reader)
    {
        string output = reader.ReadColumnName(), input = reader.ReadColumnName(), where = reader.ReadText();
        return new ConditionalColumn(output, input, where.Length == 0 ? null : where);
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Output);
        writer.Write(Input);
        writer.Write(Where ?? "");
    }

    /// <summary>Rejects a schema shape whose condition column is missing or not Boolean.</summary>
    public void CheckWhere(IExceptionContext context, SchemaShape schema)
    {
        if (Where is not null)
            CheckWhere(context, schema, Where);
    }

    /// <summary>Rejects a schema shape in which a condition column is missing or not Boolean.</summary>
    public static void CheckWhere(IExceptionContext context, SchemaShape schema, string name)
    {
        var column = schema.Find(context, "condition", name);
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.ItemType != BooleanDataViewType.Instance)
            throw context.ExceptSchemaMismatch("inputSchema", "condition", name, "Boolean", column.GetTypeString());
    }

    /// <summary>Finds the condition column. Returns null if there is no condition.</summary>
    public DataViewSchema.Column? FindWhere(IExceptionContext context, DataViewSchema schema)
    {
        if (Where is null)
            return null;
        if (schema.GetColumnOrNull(Where) is not { } column)
            throw context.ExceptSchemaMismatch("inputSchema", "condition", Where);
        if (column.Type != BooleanDataViewType.Instance)
            throw context.ExceptSchemaMismatch("inputSchema", "condition", Where, "Boolean", column.Type.ToString());
        return column;
    }
}
