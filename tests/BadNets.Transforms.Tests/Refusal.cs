namespace BadNets.Transforms.Tests;

/// <summary>Checks the type of an exception and the words in its message that explain what is wrong.</summary>
static class Refusal
{
    /// <summary>Runs an action, which must throw an exception of this type with all the words in its message.</summary>
    public static T Of<T>(Action action, params string[] words) where T : Exception
    {
        var refusal = Assert.Throws<T>(action);
        foreach (string word in words)
            StringAssert.Contains(refusal.Message, word, StringComparison.OrdinalIgnoreCase);
        return refusal;
    }

    /// <summary>Loads a model file, which must fail with an exception of this type, either directly or as an inner exception.</summary>
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
