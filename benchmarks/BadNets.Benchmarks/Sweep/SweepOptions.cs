using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>The options of a sweep.</summary>
/// <param name="Data">The folder of MNIST, or null.</param>
/// <param name="Divisor">The number of rows in the data set divided by the number of rows per epoch.</param>
/// <param name="Rounds">The number of measurements of each variant.</param>
/// <param name="Instructions">The instructions that the processes may use.</param>
sealed record SweepOptions(string? Data, int Divisor, int Rounds, InstructionSet Instructions)
{
    public const string Usage = "sweep [--quarter | --tenth] [--rounds N] [--data DIR] [--isa native|avx2|net-avx2]";

    /// <exception cref="ArgumentException">An argument is not valid.</exception>
    public static SweepOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new SweepOptions(null, 1, 0, InstructionSet.Native);
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
            else if (name is "--data" or "--rounds" or "--isa" && arguments.Length > 1)
            {
                string value = arguments[1];
                arguments = arguments[1..];
                options = name switch
                {
                    "--data" => options with { Data = value },
                    "--rounds" => options with { Rounds = ParseRounds(value) },
                    _ => options with { Instructions = InstructionSet.Parse(value) },
                };
            }
            else
            {
                throw new ArgumentException($"Unknown argument '{name}'. Usage: {Usage}");
            }
        }

        // Shorter epochs are repeated more often, so that some of them are not disturbed.
        return options.Rounds > 0 ? options : options with { Rounds = options.Divisor switch { 1 => 3, 4 => 6, _ => 8 } };
    }

    private static int ParseRounds(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out int rounds) && rounds > 0 ? rounds : throw new ArgumentException($"The value of --rounds must be a whole number greater than 0, but is '{text}'.");
}
