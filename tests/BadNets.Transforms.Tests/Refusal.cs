namespace BadNets.Transforms.Tests;

/// <summary>What tests expect of an error: its type and the words that tell the user what is wrong.</summary>
static class Refusal
{
    /// <summary>Runs the action, which must throw such an exception with all the words in its message, as one line.</summary>
    public static T Of<T>(Action action, params string[] words) where T : Exception
    {
        var refusal = Assert.Throws<T>(action);
        foreach (string word in words)
            StringAssert.Contains(refusal.Message, word, StringComparison.OrdinalIgnoreCase);
        return refusal;
    }

    /// <summary>Loads a model file, which must fail with such an exception, by itself or inside ML.NET's own.</summary>
    public static void OfLoading<T>(byte[] file, params string[] words) where T : Exception
    {
        using var stream = new MemoryStream(file);
        Exception? error = null;
        try
        {
            new MLContext().Model.Load(stream, out _);
        }
        catch (Exception refusal)
        {
            error = refusal;
        }

        for (var each = error; each is not null; each = each.InnerException)
        {
            if (each is T && words.All(word => each.Message.Contains(word, StringComparison.OrdinalIgnoreCase)))
                return;
        }

        Assert.Fail($"No {typeof(T).Name} with {string.Join(", ", words)} but {error}");
    }
}
