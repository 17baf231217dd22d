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
}
