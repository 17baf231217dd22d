namespace BadNets.Fuzzing;

/// <summary>A reader with every fault that must be found, to see that it is.</summary>
sealed class BrokenReader : FuzzReader
{
    public const string Name = "broken";

    private static readonly Func<Outcome>[] Faults =
    [
        () => Outcome.Read,
        () => throw new InvalidCastException("The reader ran over the end."),
        () => throw new FindingException("Another value was read."),
        () => new byte[200_000_000].Length > 0 ? Outcome.Read : Outcome.Refused,
        () =>
        {
            Environment.FailFast("The reader crashed.");
            return Outcome.Read;
        },
    ];

    public override FuzzFile Make(Random random) => new([], Faults[random.Next(Faults.Length)]);
}
