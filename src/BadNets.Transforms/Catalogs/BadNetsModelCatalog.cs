using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Saving models, on <see cref="MLContext.Model"/>.</summary>
public static class BadNetsModelCatalog
{
    /// <summary>
    /// Saves a model with the schema of those columns only that it reads. So the schema that comes back from loading has no label column, and
    /// a prediction engine can be made from it and a class that has the image alone.
    /// </summary>
    /// <param name="catalog">The model catalog.</param>
    /// <param name="model">
    /// The model, which maps rows one by one. Take poisoning steps off it first, with <c>GetModelFor(TransformerScope.Scoring)</c>: they
    /// read the label column.
    /// </param>
    /// <param name="inputSchema">The schema of data that the model scores, for example of the test set.</param>
    /// <param name="filePath">The file to write; one that is there is replaced.</param>
    /// <exception cref="ArgumentException">The model does not map rows one by one, or a column that it reads is missing.</exception>
    public static void SaveForScoring(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputSchema);
        ArgumentException.ThrowIfNullOrWhiteSpace(filePath);
        if (!model.IsRowToRowMapper)
            throw new ArgumentException("The model does not map rows one by one, so the columns that it reads cannot be told; use Save.", nameof(model));

        var mapper = model.GetRowToRowMapper(inputSchema);
        var schema = new DataViewSchema.Builder();
        foreach (var column in mapper.GetDependencies(mapper.OutputSchema.Where(column => !column.IsHidden && !PassesThrough(mapper, column))))
            schema.AddColumn(column.Name, column.Type, column.Annotations);
        catalog.Save(model, schema.ToSchema(), filePath);
    }

    // A step that changes a column without changing its type looks the same; but a model then goes on to make something of that column.
    private static bool PassesThrough(IRowToRowMapper mapper, DataViewSchema.Column output) =>
        mapper.GetDependencies([output]).ToArray() is [var input] && input.Name == output.Name && input.Type.Equals(output.Type);
}
