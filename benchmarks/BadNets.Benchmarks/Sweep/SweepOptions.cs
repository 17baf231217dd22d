using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>What the sweep's command line says.</summary>
/// <param name="Data">MNIST's folder, if it was named.</param>
/// <param name="Divisor">An epoch is cut to one in so many rows.</param>
/// <param name="Rounds">How often each variant is measured.</param>
sealed record SweepOptions(string? Data, int Divisor, int Rounds)
{
    public const string Usage = "sweep [--quarter | --tenth] [--rounds N] [--data DIR]";

    /// <exception cref="ArgumentException">It cannot be understood.</exception>
    public static SweepOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new SweepOptions(null, 1, 0);
        for (; !arguments.IsEmpty; arguments = arguments[1..])
        {
            string name = arguments[0];
            if (name == "--quarter")
            {
                options = options with { Divisor = 4 };
            }
            else if (name == "--tenth")
            {
                options = options with { Divisor = 10 };
            }
            else if (name is "--data" or "--rounds" && arguments.Length > 1)
            {
                string value = arguments[1];
                arguments = arguments[1..];
                options = name == "--data" ? options with { Data = value } : options with { Rounds = ParseRounds(value) };
            }
            else
            {
                throw new ArgumentException($"'{name}' is not understood here; the command is {Usage}.");
            }
        }

        // Shorter epochs are repeated more often, so that a quiet moment is among them.
        return options.Rounds > 0 ? options : options with { Rounds = options.Divisor switch { 1 => 3, 4 => 6, _ => 8 } };
    }

    private static int ParseRounds(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out int rounds) && rounds > 0 ? rounds : throw new ArgumentException($"--rounds needs a number above 0, not '{text}'.");
}
