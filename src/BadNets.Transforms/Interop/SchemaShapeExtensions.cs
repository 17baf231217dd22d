using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>Extension methods that estimators use on schema shapes.</summary>
static class SchemaShapeExtensions
{
    /// <summary>Finds a column by its name, or throws a schema mismatch if there is none.</summary>
    public static SchemaShape.Column Find(this SchemaShape schema, IExceptionContext context, string role, string name) =>
        schema.TryFindColumn(name, out var column) ? column : throw context.ExceptSchemaMismatch("inputSchema", role, name);

    /// <summary>Returns the schema with columns added. A column replaces any column with the same name.</summary>
    public static SchemaShape With(this SchemaShape schema, params ReadOnlySpan<SchemaShape.Column> columns)
    {
        var result = schema.ToDictionary(column => column.Name);
        foreach (var column in columns)
            result[column.Name] = column;
        return new SchemaShape(result.Values);
    }
}
