using BadNets.Samples.Errors;
using BadNets.Samples.Running;

namespace BadNets.Samples.Tests.Running;

[TestClass]
public sealed class ShardTests
{
    [TestMethod]
    [DataRow("1/1", 0, 1)]
    [DataRow("1/4", 0, 4)]
    [DataRow("4/4", 3, 4)]
    [DataRow("007/8", 6, 8)]
    public void Parts_are_counted_from_1(string text, int index, int count) => Assert.AreEqual(new Shard(index, count), Shard.Parse(text));

    [TestMethod]
    [DataRow("")]
    [DataRow("1")]
    [DataRow("/")]
    [DataRow("0/2")]
    [DataRow("3/2")]
    [DataRow("-1/2")]
    [DataRow("1/0")]
    [DataRow("1/2/3")]
    [DataRow("1 / 2")]
    [DataRow("1/99999999999")]
    [DataRow("a/b")]
    public void What_is_no_shard_is_refused(string text)
    {
        var refusal = Assert.ThrowsExactly<UsageException>(() => Shard.Parse(text));

        StringAssert.Contains(refusal.Message, $"'{text}'");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(10)]
    public void The_parts_together_are_the_whole_and_have_nothing_in_common(int count)
    {
        int[] items = [.. Enumerable.Range(0, 7)];

        int[][] parts = [.. Enumerable.Range(0, count).Select(index => new Shard(index, count).Of(items).ToArray())];

        CollectionAssert.AreEquivalent(items, parts.SelectMany(part => part).ToArray());
        Assert.IsLessThanOrEqualTo(1, parts.Max(part => part.Length) - parts.Min(part => part.Length));
    }

    [TestMethod]
    public void Outside_of_arrays_and_indexed_jobs_it_is_the_whole()
    {
        Assert.AreEqual(Shard.Whole, Shard.FromEnvironment(_ => null));
        Assert.AreEqual(Shard.Whole, Shard.FromEnvironment(_ => ""));
        // A Slurm job that is no array.
        Assert.AreEqual(Shard.Whole, Shard.FromEnvironment(name => name == "SLURM_JOB_ID" ? "17" : null));
        // A Kubernetes job that does not say how many there are.
        Assert.AreEqual(Shard.Whole, Shard.FromEnvironment(name => name == "JOB_COMPLETION_INDEX" ? "1" : null));
    }

    [TestMethod]
    [DataRow("0-3", 0, 3, 1)]
    [DataRow("1-4", 1, 4, 1)]
    [DataRow("0-6:2", 0, 6, 2)]
    [DataRow("5-5", 5, 5, 1)]
    [DataRow("10-39:10", 10, 30, 10)]
    public void The_tasks_of_a_slurm_array_are_all_parts(string array, int first, int last, int step)
    {
        int count = (last - first) / step + 1;

        Shard[] shards = [.. Enumerable.Range(0, count).Select(task => FromSlurm(first + task * step, count, first, last, step))];

        CollectionAssert.AreEqual(Enumerable.Range(0, count).Select(index => new Shard(index, count)).ToArray(), shards, array);
    }

    [TestMethod]
    public void Tasks_of_an_uneven_array_are_all_refused()
    {
        // --array=0,1,5. One of three parts would be trained by none.
        foreach (int task in new[] { 0, 1, 5 })
        {
            var refusal = Assert.ThrowsExactly<UsageException>(() => FromSlurm(task, 3, 0, 5, 1));
            StringAssert.Contains(refusal.Message, "not evenly spaced");
            StringAssert.Contains(refusal.Message, "0-2");
        }
    }

    [TestMethod]
    public void Variables_that_are_no_numbers_are_named()
    {
        var refusal = Assert.ThrowsExactly<UsageException>(() => Shard.FromEnvironment(name => name == "SLURM_ARRAY_TASK_ID" ? "first" : "3"));

        StringAssert.Contains(refusal.Message, "SLURM_ARRAY_TASK_ID");
        StringAssert.Contains(refusal.Message, "'first'");
    }

    [TestMethod]
    public void An_indexed_kubernetes_job_gives_each_pod_its_part()
    {
        Shard Of(string index, string count) => Shard.FromEnvironment(name => name switch
        {
            "JOB_COMPLETION_INDEX" => index,
            "JOB_COMPLETION_COUNT" => count,
            _ => null,
        });

        Assert.AreEqual(new Shard(0, 4), Of("0", "4"));
        Assert.AreEqual(new Shard(3, 4), Of("3", "4"));
        Assert.ThrowsExactly<UsageException>(() => Of("4", "4"));
        Assert.ThrowsExactly<UsageException>(() => Of("-1", "4"));
        Assert.ThrowsExactly<UsageException>(() => Of("0", "0"));
    }

    private static Shard FromSlurm(int task, int count, int first, int last, int step) => Shard.FromEnvironment(name => name switch
    {
        "SLURM_ARRAY_TASK_ID" => $"{task}",
        "SLURM_ARRAY_TASK_COUNT" => $"{count}",
        "SLURM_ARRAY_TASK_MIN" => $"{first}",
        "SLURM_ARRAY_TASK_MAX" => $"{last}",
        "SLURM_ARRAY_TASK_STEP" => $"{step}",
        _ => null,
    });
}
