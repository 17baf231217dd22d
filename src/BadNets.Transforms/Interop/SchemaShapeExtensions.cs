using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>What estimators do with the shape of a schema.</summary>
static class SchemaShapeExtensions
{
    /// <summary>The named column; a schema mismatch if there is none.</summary>
    public static SchemaShape.Column Find(this SchemaShape schema, IExceptionContext context, string role, string name) =>
        schema.TryFindColumn(name, out var column) ? column : throw context.ExceptSchemaMismatch("inputSchema", role, name);

    /// <summary>The same schema with columns added, or put in the place of those of the same name.</summary>
    public static SchemaShape With(this SchemaShape schema, params ReadOnlySpan<SchemaShape.Column> columns)
    {
        var result = schema.ToDictionary(column => column.Name);
        foreach (var column in columns)
            result[column.Name] = column;
        return new SchemaShape(result.Values);
    }
}
