namespace BadNets.Samples.Store;

/// <summary>Describes a number in a results file that is out of range, or returns null if the number is valid.</summary>
static class Impossible
{
    public static string? UnlessShare(string name, double value) => Unless(value is >= 0 and <= 1, name, value, "from 0 to 1");

    public static string? UnlessFinite(string name, double value) => Unless(double.IsFinite(value), name, value, "a finite number");

    public static string? UnlessPositive(string name, double value) => Unless(double.IsFinite(value) && value > 0, name, value, "a finite number greater than 0");

    public static string? UnlessSeconds(string name, double value) => Unless(double.IsFinite(value) && value >= 0, name, value, "a finite number of at least 0");

    public static string? UnlessAtLeast(string name, int value, int smallest) =>
        Unless(value >= smallest, name, value, FormattableString.Invariant($"at least {smallest}"));

    private static string? Unless(bool isPossible, string name, double value, string range) =>
        isPossible ? null : FormattableString.Invariant($"{name} is {value}, but must be {range}");
}
