using BadNets.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Saving models for scoring, and loading models of strangers, on <see cref="MLContext.Model"/>.</summary>
public static class BadNetsModelCatalog
{
    /// <summary>
    /// Loads a model file without trusting it. Reads what <c>ml.Model.Save</c> wrote, with any of ML.NET's steps and this library's. Unlike
    /// <see cref="ModelOperationsCatalog.Load(string, out DataViewSchema)"/>, it does not read the input schema, which ML.NET's reader can
    /// loop in without end; it checks lengths and checksums before ML.NET sees anything, unpacks into memory only, loads no assembly but
    /// ML.NET's, this library's and those that are registered in <see cref="MLContext.ComponentCatalog"/>; and every error is one sentence.
    /// </summary>
    /// <param name="catalog">The model catalog.</param>
    /// <param name="path">The file.</param>
    /// <returns>The model: the saved transformer, or a <see cref="TransformerChain{TLastTransformer}"/>. Dispose of it where it is disposable.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is not a model, is damaged, would unpack to far more than its length, or needs a network, assembly or package that the program
    /// does not have. The message says which; the inner exception is ML.NET's.
    /// </exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="DllNotFoundException">The model has a network, and libtorch is not there.</exception>
    public static ITransformer LoadChecked(this ModelOperationsCatalog catalog, string path)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var stream = File.OpenRead(path);
        return CheckedModel.Load(catalog.GetEnvironment(), stream, $"'{path}'");
    }

    /// <summary>Loads a model from a stream without trusting it; see <see cref="LoadChecked(ModelOperationsCatalog, string)"/>.</summary>
    /// <param name="catalog">The model catalog.</param>
    /// <param name="stream">A readable and seekable stream that is a model file as a whole. It stays open.</param>
    /// <returns>The model: the saved transformer, or a <see cref="TransformerChain{TLastTransformer}"/>. Dispose of it where it is disposable.</returns>
    /// <exception cref="ArgumentException">The stream cannot be read or not be sought in.</exception>
    /// <exception cref="InvalidDataException">The stream's content cannot be loaded, as for a file.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="DllNotFoundException">The model has a network, and libtorch is not there.</exception>
    public static ITransformer LoadChecked(this ModelOperationsCatalog catalog, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
            throw new ArgumentException("A model is loaded from a stream that can be read and sought in; copy this one into a MemoryStream first.", nameof(stream));
        return CheckedModel.Load(catalog.GetEnvironment(), stream, "The stream");
    }

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
