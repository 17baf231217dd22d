namespace BadNets.Transforms.Tests;

/// <summary>Records the view that it is fitted on.</summary>
sealed class WatchedEstimator : IEstimator<ITransformer>
{
    public IDataView? Fitted { get; private set; }

    public ITransformer Fit(IDataView input)
    {
        Fitted = input;
        return new TransformerChain<ITransformer>();
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
}
