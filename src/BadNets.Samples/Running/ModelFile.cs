using BadNets.Samples.Errors;

namespace BadNets.Samples.Running;

/// <summary>The model that the user names.</summary>
static class ModelFile
{
    /// <exception cref="UsageException">There is no such file.</exception>
    public static void Require(string path)
    {
        if (!File.Exists(path))
            throw new UsageException($"There is no model '{path}'; --model takes a file such as the model.zip that each training run leaves in its folder.");
    }
}
