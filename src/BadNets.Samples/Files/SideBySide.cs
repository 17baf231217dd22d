using System.Runtime.ExceptionServices;

namespace BadNets.Samples.Files;

/// <summary>Work on independent files, on all cores.</summary>
static class SideBySide
{
    /// <summary>Does something with each item. If it fails for some, the exception is that of one of them.</summary>
    public static void ForEach<T>(IReadOnlyList<T> items, Action<T> work) => For(items.Count, i => work(items[i]));

    /// <summary>Makes a result of each item, in the order of the items.</summary>
    public static TResult[] Select<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> work)
    {
        var results = new TResult[items.Count];
        For(items.Count, i => results[i] = work(items[i]));
        return results;
    }

    private static void For(int count, Action<int> work)
    {
        try
        {
            Parallel.For(0, count, work);
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }
}
