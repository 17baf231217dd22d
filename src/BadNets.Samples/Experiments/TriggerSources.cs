using BadNets.Samples.Errors;
using BadNets.Transforms;
using Microsoft.ML;

namespace BadNets.Samples.Experiments;

/// <summary>What attacks can depend on besides their description: the training data, and the clean network that was trained on it.</summary>
/// <param name="training">Returns the training data.</param>
/// <param name="loadCleanModel">Loads the clean network. It is called once at most.</param>
sealed class TriggerSources(Func<IDataView> training, Func<TorchCnnTransformer> loadCleanModel) : IDisposable
{
    /// <summary>For commands that do not train.</summary>
    public static readonly Func<TorchCnnTransformer> NoModel =
        () => throw new UsageException("This trigger is made with a model that is trained first, so only training commands can make it.");

    private readonly Lazy<TorchCnnTransformer> _cleanModel = new(loadCleanModel);

    public IDataView Training => training();

    public TorchCnnTransformer CleanModel => _cleanModel.Value;

    public void Dispose()
    {
        if (_cleanModel.IsValueCreated)
            _cleanModel.Value.Dispose();
    }
}
