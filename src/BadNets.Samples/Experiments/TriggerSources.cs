using BadNets.Samples.Errors;
using BadNets.Transforms;
using Microsoft.ML;

namespace BadNets.Samples.Experiments;

/// <summary>What attacks can depend on besides their description: the training data, and a model that is trained on it without an attack.</summary>
/// <param name="training">Returns the training data.</param>
/// <param name="trainCleanModel">Trains the model, which takes as long as training a cell. It is called once at most.</param>
sealed class TriggerSources(Func<IDataView> training, Func<TorchCnnTransformer> trainCleanModel) : IDisposable
{
    /// <summary>For commands that do not train.</summary>
    public static readonly Func<TorchCnnTransformer> NoModel =
        () => throw new UsageException("This trigger is made with a model that is trained first, so only training commands can make it.");

    private readonly Lazy<TorchCnnTransformer> _cleanModel = new(trainCleanModel);

    public IDataView Training => training();

    public TorchCnnTransformer CleanModel => _cleanModel.Value;

    public void Dispose()
    {
        if (_cleanModel.IsValueCreated)
            _cleanModel.Value.Dispose();
    }
}
