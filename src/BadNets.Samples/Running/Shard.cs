using System.Globalization;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Running;

/// <summary>A part of the cells, so that several processes or machines can share an experiment.</summary>
/// <param name="Index">Which part, from 0.</param>
/// <param name="Count">The number of parts.</param>
readonly record struct Shard(int Index, int Count)
{
    public static readonly Shard Whole = new(0, 1);

    /// <summary>Reads the option, for example <c>2/4</c>.</summary>
    /// <exception cref="UsageException">It is not a shard.</exception>
    public static Shard Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && TryParse(parts[0], out int number) && TryParse(parts[1], out int count) && number >= 1 && number <= count
            ? new Shard(number - 1, count)
            : throw new UsageException($"--shard takes a part and the number of parts, such as 1/4, but was given '{text}'.");
    }

    /// <summary>The shard that a Slurm job array or an indexed Kubernetes job gives this process; the whole outside of both.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="UsageException">The variables contradict each other.</exception>
    public static Shard FromEnvironment(Func<string, string?> environment)
    {
        if (environment("SLURM_ARRAY_TASK_ID") is { Length: > 0 } task && environment("SLURM_ARRAY_TASK_COUNT") is { Length: > 0 } tasks)
        {
            // The indices of an array start anywhere and may have gaps: 0-3, 1-4, 0-6:2.
            int first = Number("SLURM_ARRAY_TASK_MIN", environment("SLURM_ARRAY_TASK_MIN") ?? "0");
            int step = Number("SLURM_ARRAY_TASK_STEP", environment("SLURM_ARRAY_TASK_STEP") ?? "1");
            int distance = Number("SLURM_ARRAY_TASK_ID", task) - first, count = Number("SLURM_ARRAY_TASK_COUNT", tasks);
            // With gaps, the last index is too high for the number of tasks. Then no task may continue, because no task would train one of the parts.
            int last = environment("SLURM_ARRAY_TASK_MAX") is { Length: > 0 } highest ? Number("SLURM_ARRAY_TASK_MAX", highest) - first : distance;
            return step >= 1 && distance >= 0 && distance % step == 0 && Math.Max(last, distance) / step < count
                ? new Shard(distance / step, count)
                : throw new UsageException(
                    $"The Slurm array's indices are not evenly spaced (index {task} from {first} in steps of {step}, {tasks} tasks); use an array such as 0-{count - 1}, or --shard.");
        }

        if (environment("JOB_COMPLETION_INDEX") is { Length: > 0 } index && environment("JOB_COMPLETION_COUNT") is { Length: > 0 } completions)
        {
            int part = Number("JOB_COMPLETION_INDEX", index), count = Number("JOB_COMPLETION_COUNT", completions);
            return part >= 0 && part < count
                ? new Shard(part, count)
                : throw new UsageException($"JOB_COMPLETION_INDEX is {index}, but JOB_COMPLETION_COUNT is {completions}.");
        }

        return Whole;
    }

    /// <summary>The items of this part. Neighbors go to different parts, because they often take about the same time.</summary>
    public IEnumerable<T> Of<T>(IEnumerable<T> items)
    {
        var (index, count) = this;
        return items.Where((_, position) => position % count == index);
    }

    public override string ToString() => FormattableString.Invariant($"{Index + 1}/{Count}");

    private static int Number(string name, string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new UsageException($"The environment variable {name} must be a whole number, but is '{text}'.");

    private static bool TryParse(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
