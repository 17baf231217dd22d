namespace BadNets.Fuzzing;

/// <summary>A reader with every kind of fault, to test that all of them are found.</summary>
sealed class BrokenReader : FuzzReader
{
    public const string Name = "broken";

    private static readonly Func<Outcome>[] Faults =
    [
        () => Outcome.Read,
        () => throw new InvalidCastException("The reader read past the end."),
        () => throw new FindingException("The value read is wrong."),
        () => new byte[200_000_000].Length > 0 ? Outcome.Read : Outcome.Refused,
        () =>
        {
            Environment.FailFast("The reader crashed.");
            return Outcome.Read;
        },
    ];

    public override FuzzFile Make(Random random) => new([], Faults[random.Next(Faults.Length)]);
}
