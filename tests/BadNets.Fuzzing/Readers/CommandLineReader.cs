using System.Text;

namespace BadNets.Fuzzing;

/// <summary>Command lines of the sample program. All are canceled before they start, so none trains. None refers to a path outside its folder.</summary>
sealed class CommandLineReader : FuzzReader
{
    private static readonly string[] Commands =
    [
        "baseline --quick --dataset mnist --seed 3 --threads 2 --parallel 1 --output out",
        "poisoning-rate --rates 0.01,0.1 --epochs 2 --recipe adam --batch-size 32 --output out",
        "trigger-size --sizes 1 3 5 --learning-rate 0.01 --optimizer adam --fresh",
        "trigger-position --positions br center --seeds 0,1,2 --target 7 --rows 100",
        "all --quick --poisoning-rate 0.05 --trigger-position tl --trigger-size 3",
        "baseline --set attack.trigger.gray=128 --set recipe.momentum=0.9 --set attack.mapping={\"kind\":\"next\"} --shard 1/4 --output out",
        "run experiment.json --quick --output out",
        "list",
        "list trigger-size",
        "convert --output out",
        "evaluate --model model.zip --trigger-size 5 --target 1 --dataset digits",
        "report --output out",
        "--help",
        "baseline --help",
        "--version",
    ];

    private static readonly string[] Words =
    [
        "", " ", "-", "--", "-1", "-0.0", "0", "1e308", "1e-400", "NaN", "Infinity", "2147483647", "2147483648", "99999999999999999999", "0.1,0.1,,", ",", "ｂｒ", "\u001b[31mred\u001b[0m",
        "a\nb", "\0", "@response", "[diagram]", "[parse]", "--output", "--seed=", "--unknown", "%s%n", "[bold]", "\uD800", "=", "\"", "'",
    ];

    private readonly string _data;

    public CommandLineReader(Folder folder)
    {
        _data = folder["absent"];
        Directory.SetCurrentDirectory(Directory.CreateDirectory(folder["work"]).FullName);
    }

    public override FuzzFile Make(Random random)
    {
        List<string> arguments = [.. Commands[random.Next(Commands.Length)].Split(' ')];
        for (int n = random.Next(1, 5); n > 0; n--)
            Change(random, arguments);
        // An absolute path, or a path with "..", would create folders elsewhere. No system passes null characters.
        string[] safe = [.. arguments.Select(argument => argument.Replace("\0", "", StringComparison.Ordinal).Replace('/', '_').Replace('\\', '_').Replace("..", "._", StringComparison.Ordinal)), "--data", _data];
        return new FuzzFile(Encoding.UTF8.GetBytes(string.Join('\n', safe)), () => Sample.Run(safe, isCancelled: true) ? Outcome.Read : Outcome.Refused);
    }

    private static void Change(Random random, List<string> arguments)
    {
        int at = random.Next(arguments.Count);
        switch (random.Next(7))
        {
            case 0:
                arguments[at] = Words[random.Next(Words.Length)];
                break;
            case 1:
                arguments.Insert(at, Words[random.Next(Words.Length)]);
                break;
            case 2:
                arguments.Insert(random.Next(arguments.Count), arguments[at]);
                break;
            case 3 when arguments.Count > 1:
                arguments.RemoveAt(at);
                break;
            case 4:
                arguments[at] = new string('9', 1 << random.Next(12));
                break;
            case 5:
                string[] other = Commands[random.Next(Commands.Length)].Split(' ');
                arguments.AddRange(other[random.Next(other.Length)..]);
                break;
            default:
                byte[] text = Encoding.UTF8.GetBytes(arguments[at]);
                arguments[at] = Encoding.UTF8.GetString(Mutation.Change(random, text, text));
                break;
        }
    }
}
