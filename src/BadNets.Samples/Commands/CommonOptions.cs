using System.CommandLine;
using System.Globalization;
using BadNets.Samples.Datasets;
using BadNets.Samples.Evaluating;
using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using BadNets.Transforms;

namespace BadNets.Samples.Commands;

/// <summary>The options that all training commands share, and what they make of an experiment.</summary>
sealed class CommonOptions
{
    private readonly Option<string> _dataset = Choice("--dataset", "The data set: MNIST, the embedded synthetic digits, or MNIST if it can be had and else the digits.", "auto", "mnist", "digits");
    private readonly Option<string?> _data = FileOrFolder("--data", "A folder with the MNIST files, or with other files that have the same names and format. [default: BADNETS_DATA, then the cache, then a download]", "folder");
    private readonly Option<string> _recipe = Choice("--recipe", "How to train: as the published runs did (SGD, softmax applied twice) or as one would today (Adam, logits).", "reference", "modern");
    private readonly Option<bool> _quick = new("--quick") { Description = "The modern recipe for 3 epochs." };
    private readonly Option<int?> _epochs = WholeNumber("--epochs", "Passes over the training set. [default: 100]", 1);
    private readonly Dictionary<Parameter, Option<string?>> _fixed = new()
    {
        [Parameter.PoisoningRate] = new("--poisoning-rate") { Description = "The share of the training rows to poison, from 0 to 1. [default: the experiment's]", HelpName = "rate" },
        [Parameter.TriggerSize] = new("--trigger-size") { Description = "The side of the white square, in pixels. [default: 5]", HelpName = "pixels" },
        [Parameter.TriggerPosition] = new("--trigger-position") { Description = "Where the square sits: br, bl, tr, tl or center. [default: br]", HelpName = "position" },
    };

    private readonly Option<int?> _target = WholeNumber("--target", "The label that poisoned rows get. [default: 1]", int.MinValue);
    private readonly Option<int?> _seed = WholeNumber("--seed", "The seed for all random numbers. [default: 0]", int.MinValue);
    private readonly Option<string[]> _seeds = Values("--seeds", "Several seeds; each cell is trained with each, and figures show mean and range.");
    private readonly Option<int?> _batchSize = WholeNumber("--batch-size", "Rows per training step. [default: 64]", 1);
    private readonly Option<double?> _learningRate = NumberAboveZero("--learning-rate", "The learning rate. [default: 0.01 for SGD, 0.001 for Adam]");
    private readonly Option<string?> _optimizer = new("--optimizer") { Description = "sgd or adam. [default: the recipe's]", HelpName = "adam|sgd" };
    private readonly Option<int?> _threads = WholeNumber("--threads", "Threads for each training, at most one per core; results differ by rounding. [default: 1]", 1, Environment.ProcessorCount);
    private readonly Option<int?> _parallel = WholeNumber("--parallel", "Trainings at a time, at most one per core. [default: as many as the cores allow]", 1, Environment.ProcessorCount);
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Forget earlier results of these trainings and start again." };
    private readonly Option<int?> _rows = WholeNumber("--rows", "Use only this many training rows.", 1);

    public CommonOptions() => _rows.Hidden = true;

    public static Option<string?> Output { get; } = MakeOutput();

    /// <summary>An option that takes several values, after one another or with commas between.</summary>
    public static Option<string[]> Values(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "values",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    /// <summary>An option that names a file or a folder.</summary>
    public static Option<string?> FileOrFolder(string name, string description, string kind)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = kind };
        option.Validators.Add(result =>
        {
            // For example, from a script with an empty variable.
            if (result.Tokens is [var token] && string.IsNullOrWhiteSpace(token.Value))
                result.AddError($"{name} needs the name of a {kind}, but was given '{token.Value}'.");
        });
        return option;
    }

    public static Option<string> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => values[0], HelpName = string.Join('|', values) };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !values.Contains(token.Value))
                result.AddError($"There is no {name} '{token.Value}'; use {string.Join(", ", values)}.");
        });
        return option;
    }

    /// <summary>What such an option was given, each value once; nothing where it was left out.</summary>
    /// <exception cref="UsageException">It was given, but no value, as a script with an empty variable does.</exception>
    public static string[] ValuesOf(ParseResult parsed, Option<string[]> option)
    {
        string[] values =
            [.. parsed.GetRequiredValue(option).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()];
        return values.Length > 0 || parsed.GetResult(option) is not { Implicit: false } ? values : throw new UsageException($"{option.Name} needs a value.");
    }

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="varies">What the command varies, which it offers no fixed value of.</param>
    public void AddTo(Command command, Parameter? varies)
    {
        command.Add(_dataset);
        command.Add(_data);
        command.Add(_epochs);
        command.Add(_recipe);
        command.Add(_quick);
        foreach (var (parameter, option) in _fixed)
        {
            if (parameter != varies)
                command.Add(option);
        }

        foreach (var option in new Option[] { _target, _seed, _seeds, _batchSize, _learningRate, _optimizer, _threads, _parallel, _fresh, Output, _rows })
            command.Add(option);
    }

    /// <summary>Adds those options to a command that say what data and which trigger a model is measured with.</summary>
    public void AddForEvaluationTo(Command command)
    {
        foreach (var option in new Option[] { _dataset, _data, _fixed[Parameter.TriggerSize], _fixed[Parameter.TriggerPosition], _target, Output, _rows })
            command.Add(option);
    }

    /// <exception cref="UsageException">An option is none.</exception>
    public EvaluationRequest MakeEvaluationRequest(ParseResult parsed, string model) => new(
        model, Dataset(parsed), parsed.GetValue(_data), parsed.GetValue(_rows), Fix(parsed, Experiment.Baseline).Fixed, parsed.GetRequiredValue(Output)!);

    /// <exception cref="UsageException">Options contradict one another.</exception>
    public RunRequest MakeRequest(ParseResult parsed, IEnumerable<Experiment> experiments)
    {
        int threads = parsed.GetValue(_threads) ?? 1;
        int? parallel = parsed.GetValue(_parallel);
        if (threads * (parallel ?? 1) > Environment.ProcessorCount)
        {
            throw new UsageException(FormattableString.Invariant(
                $"--parallel {parallel} with --threads {threads} needs {threads * parallel} cores, but there are {Environment.ProcessorCount}; reduce one of them."));
        }

        return new()
        {
            Experiments = [.. experiments.Select(experiment => Fix(parsed, experiment))],
            Recipe = MakeRecipe(parsed),
            Seeds = MakeSeeds(parsed),
            Dataset = Dataset(parsed),
            DataDirectory = parsed.GetValue(_data),
            Rows = parsed.GetValue(_rows),
            Threads = threads,
            Parallel = parallel,
            Fresh = parsed.GetValue(_fresh),
            Output = parsed.GetRequiredValue(Output)!,
        };
    }

    private DatasetChoice Dataset(ParseResult parsed) => parsed.GetRequiredValue(_dataset) switch
    {
        "mnist" => DatasetChoice.Mnist,
        "digits" => DatasetChoice.Digits,
        _ => DatasetChoice.Auto,
    };

    private Experiment Fix(ParseResult parsed, Experiment experiment)
    {
        var attack = experiment.Fixed;
        foreach (var (parameter, option) in _fixed)
        {
            if (parameter != experiment.Varies && parsed.GetValue(option) is { } text)
                attack = parameter.Set(attack, text);
        }

        var made = experiment with { Fixed = attack with { TargetLabel = parsed.GetValue(_target) ?? attack.TargetLabel } };
        // A value that is none is to be told of before data are looked for.
        _ = made.Attacks.ToArray();
        return made;
    }

    private Recipe MakeRecipe(ParseResult parsed)
    {
        bool quick = parsed.GetValue(_quick), isNamed = parsed.GetResult(_recipe) is { Implicit: false };
        string name = parsed.GetRequiredValue(_recipe);
        if (quick && isNamed && name != Recipe.Modern.Name)
            throw new UsageException("--quick means the modern recipe; leave --recipe out, or --quick.");

        var recipe = quick ? Recipe.Modern with { Epochs = 3 } : Recipe.All.Single(recipe => recipe.Name == name);
        if (parsed.GetValue(_optimizer) is { } optimizer)
        {
            recipe = optimizer switch
            {
                "sgd" => recipe with { Optimizer = TorchCnnOptimizer.Sgd, LearningRate = Recipe.Reference.LearningRate },
                "adam" => recipe with { Optimizer = TorchCnnOptimizer.Adam, LearningRate = Recipe.Modern.LearningRate },
                _ => throw new UsageException($"There is no --optimizer '{optimizer}'; use sgd or adam."),
            };
        }

        return recipe with
        {
            Epochs = parsed.GetValue(_epochs) ?? recipe.Epochs,
            BatchSize = parsed.GetValue(_batchSize) ?? recipe.BatchSize,
            LearningRate = parsed.GetValue(_learningRate) ?? recipe.LearningRate,
        };
    }

    private int[] MakeSeeds(ParseResult parsed)
    {
        var seed = parsed.GetValue(_seed);
        int[] seeds = [.. ValuesOf(parsed, _seeds).Select(ParseSeed).Distinct()];
        if (seed is not null && seeds.Length > 0)
            throw new UsageException("Give either --seed or --seeds.");
        return seeds.Length > 0 ? seeds : [seed ?? 0];
    }

    private static int ParseSeed(string text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int seed)
            ? seed
            : throw new UsageException($"--seeds takes whole numbers, not '{text}'.");

    private static Option<string?> MakeOutput()
    {
        var option = FileOrFolder("--output", "The folder for results.", "folder");
        option.DefaultValueFactory = _ => "results";
        return option;
    }

    private static Option<int?> WholeNumber(string name, string description, int smallest, int? cores = null)
    {
        string range = smallest > 0 ? $" of at least {smallest}" : "";
        return Number<int>(name, description, text =>
            !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) || number < smallest
                ? (null, $"{name} takes a whole number{range}, not '{text}'.")
            : number > cores
                ? (null, FormattableString.Invariant($"{name} takes at most {cores} here, one for each core, not '{text}'."))
            : (number, ""));
    }

    private static Option<double?> NumberAboveZero(string name, string description) => Number<double>(name, description, text =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && (float)number > 0 && float.IsFinite((float)number)
            ? (number, "")
            : (null, $"{name} takes a number above 0 in the range of single precision, not '{text}'."));

    private static Option<T?> Number<T>(string name, string description, Func<string, (T? Number, string Error)> parse) where T : struct => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            var (number, error) = parse(result.Tokens[0].Value);
            if (number is null)
                result.AddError(error);
            return number;
        },
    };
}
