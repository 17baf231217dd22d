using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using BadNets.Samples.Datasets;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Running;

namespace BadNets.Samples.Commands;

/// <summary>The options that all training commands share, and how they change an experiment.</summary>
sealed class CommonOptions
{
    private readonly Option<string> _dataset = new("--dataset")
    {
        Description = $"The data set: {string.Join("; ", DatasetCatalog.All.Select(kind => $"{kind.Usage} ({kind.Description})"))}.",
        DefaultValueFactory = _ => DatasetCatalog.Default,
        HelpName = string.Join('|', DatasetCatalog.All.Select(kind => kind.Usage)),
    };

    private readonly Option<string?> _data = FileOrFolder("--data", "The folder with the data set's files. [default for MNIST: BADNETS_DATA, then the cache, then a download]", "folder");
    private readonly Option<int?> _imageSize = WholeNumber("--image-size", "Resize the images of gtsrb or folder:PATH to this width and height, in pixels.", 1);
    private readonly Option<string> _recipe = Choice("--recipe", "How to train: as in the published runs (SGD, softmax applied twice) or as is usual today (Adam, logits).", [.. Recipe.All.Select(recipe => recipe.Name)]);
    private readonly Option<bool> _quick = new("--quick") { Description = "Use the modern recipe for 3 epochs." };
    private readonly Option<int?> _epochs = WholeNumber("--epochs", "Passes over the training set. [default: 100]", 1);
    private readonly (CellProperty Property, Option<string?> Option)[] _fixed =
    [
        (CellProperty.Rate, new("--poisoning-rate") { Description = "The poisoning rate: the share of all training rows, from 0 to 1. [default: the experiment's]", HelpName = "rate" }),
        (CellProperty.TriggerSize, new("--trigger-size") { Description = "The side of the white square, in pixels. [default: 5]", HelpName = "pixels" }),
        (CellProperty.TriggerPosition, new("--trigger-position") { Description = "Where the square is: br, bl, tr, tl, or center. [default: br]", HelpName = "position" }),
        (CellProperty.Target, new("--target") { Description = "The label that poisoned rows get. [default: 1]", HelpName = "label" }),
    ];

    private readonly Option<int?> _seed = WholeNumber("--seed", "The seed for all random numbers. [default: 0]", int.MinValue);
    private readonly Option<string[]> _seeds = Values("--seeds", "Several seeds. Each cell is trained once with each seed, and figures show the mean and the range.");
    private readonly Option<int?> _batchSize = WholeNumber("--batch-size", "The batch size: rows per training step. [default: 64]", 1);
    private readonly Option<double?> _learningRate = NumberAboveZero("--learning-rate", "The learning rate. [default: 0.01 for SGD, 0.001 for Adam]");
    private readonly Option<string?> _optimizer = new("--optimizer") { Description = "sgd or adam. [default: the recipe's]", HelpName = "adam|sgd" };
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Set any property of the cell by its path, for example attack.trigger.gray=128. You can repeat this option.",
        HelpName = "path=value",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int?> _threads = WholeNumber("--threads", "Threads for each training run, at most one per core. Results differ by rounding. [default: 1]", 1, Environment.ProcessorCount);
    private readonly Option<int?> _parallel = WholeNumber("--parallel", "Training runs at the same time, at most one per core. [default: as many as the cores allow]", 1, Environment.ProcessorCount);
    private readonly Option<string?> _shard = new("--shard") { Description = "Train only one part of the cells, for example 1/4. [default: the task's part in a Slurm job array or indexed Kubernetes job, otherwise all]", HelpName = "part/parts" };
    private readonly Option<bool> _noControl = new("--no-control") { Description = "Do not train the clean control." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete the earlier results of these cells and start again." };
    private readonly Option<int?> _rows = WholeNumber("--rows", "Use only this many training rows, and a sixth as many test rows.", 1);
    private readonly Option<string?> _output = MakeOutput();

    /// <summary>An option that takes several values, separated by spaces or commas.</summary>
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

    /// <summary>The values of such an option, each once; empty if the option was left out.</summary>
    /// <exception cref="UsageException">The option has no value, for example because of an empty variable in a script.</exception>
    public static string[] ValuesOf(ParseResult parsed, Option<string[]> option)
    {
        string[] values =
            [.. (parsed.GetValue(option) ?? []).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()];
        return values.Length > 0 || parsed.GetResult(option) is not { Implicit: false } ? values : throw new UsageException($"{option.Name} needs a value.");
    }

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="axes">The properties that the command varies, for which it has no options with fixed values.</param>
    public void AddTo(Command command, IReadOnlyList<Axis> axes)
    {
        foreach (var option in new Option[] { _dataset, _data, _imageSize, _epochs, _recipe, _quick })
            command.Add(option);
        foreach (var (property, option) in _fixed)
        {
            if (!axes.Any(axis => axis.Path == property.Path))
                command.Add(option);
        }

        foreach (var option in new Option[] { _seed, _seeds, _batchSize, _learningRate, _optimizer, _set, _threads, _parallel, _shard, _noControl, _fresh, _output, _rows })
            command.Add(option);
    }

    /// <summary>Adds the options to a command that say which data and which attack to measure a model with.</summary>
    public void AddForEvaluationTo(Command command)
    {
        Option[] options = [_dataset, _data, _imageSize, .. _fixed.Where(each => each.Property != CellProperty.Rate).Select(each => each.Option), _set, _output, _rows];
        foreach (var option in options)
            command.Add(option);
    }

    /// <exception cref="UsageException">An option has an impossible value.</exception>
    public EvaluationRequest MakeEvaluationRequest(ParseResult parsed, string model)
    {
        var experiment = Fix(parsed, ExperimentCatalog.All.First(experiment => experiment.Axes.Count == 0 && experiment.Cell is not null));
        var attack = experiment.CellsOn(new DatasetIdentity("none", 1, 1)).First().Attack;
        return new(model, Data(parsed, Dataset(parsed, experiment)), attack, Output(parsed));
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="experiments">The experiments.</param>
    /// <exception cref="UsageException">Options contradict each other.</exception>
    public RunRequest MakeRequest(ParseResult parsed, IReadOnlyList<Experiment> experiments)
    {
        int threads = parsed.GetValue(_threads) ?? 1;
        int? parallel = parsed.GetValue(_parallel);
        if (threads * (parallel ?? 1) > Environment.ProcessorCount)
        {
            throw new UsageException(FormattableString.Invariant(
                $"--parallel {parallel} with --threads {threads} needs {threads * parallel} cores, but there are {Environment.ProcessorCount}; reduce one of them."));
        }

        Experiment[] changed = [.. experiments.Select(experiment => Fix(parsed, experiment))];
        string[] datasets = [.. changed.Select(experiment => Dataset(parsed, experiment)).Distinct()];
        return new()
        {
            Experiments = changed,
            Data = datasets is [var dataset] ? Data(parsed, dataset) : throw new UsageException($"The experiments are on different data sets ({string.Join(", ", datasets)}); choose one with --dataset."),
            Threads = threads,
            Parallel = parallel,
            Shard = parsed.GetValue(_shard) is { } shard ? Shard.Parse(shard) : Shard.FromEnvironment(Environment.GetEnvironmentVariable),
            Fresh = parsed.GetValue(_fresh),
            Output = Output(parsed),
        };
    }

    /// <summary>The folder for results.</summary>
    public string Output(ParseResult parsed) => parsed.GetRequiredValue(_output)!;

    /// <summary>Adds the folder for results to a command.</summary>
    public void AddOutputTo(Command command) => command.Add(_output);

    private DataChoice Data(ParseResult parsed, string dataset) => new(dataset, parsed.GetValue(_data), parsed.GetValue(_rows), parsed.GetValue(_imageSize));

    private string Dataset(ParseResult parsed, Experiment experiment)
    {
        string text = parsed.GetResult(_dataset) is { Implicit: false } ? parsed.GetRequiredValue(_dataset) : experiment.Dataset ?? DatasetCatalog.Default;
        DatasetCatalog.Parse(text);
        return text;
    }

    /// <summary>The experiment with everything that options set.</summary>
    private Experiment Fix(ParseResult parsed, Experiment experiment)
    {
        experiment = FixRecipe(parsed, experiment);
        foreach (string setting in parsed.GetValue(_set) ?? [])
        {
            int at = setting.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new UsageException($"--set takes the path of a cell's property and its value, such as attack.trigger.gray=128, not '{setting}'.");
            var property = CellProperty.At(setting[..at]);
            experiment = experiment.With(property, property.Parse(setting[(at + 1)..]));
        }

        foreach (var (property, option) in _fixed)
        {
            // Of several experiments, those that vary the property keep their values.
            if (parsed.GetValue(option) is { } text && !experiment.Axes.Any(axis => axis.Path == property.Path))
                experiment = experiment.With(property, property.Parse(text));
        }

        if (parsed.GetValue(_noControl))
            experiment = experiment with { CleanControl = false };
        if (MakeSeeds(parsed) is { Length: > 0 } seeds)
            experiment = experiment with { Seeds = seeds };
        // Report a wrong value before looking for data.
        experiment.Check();
        return experiment;
    }

    private Experiment FixRecipe(ParseResult parsed, Experiment experiment)
    {
        bool quick = parsed.GetValue(_quick), isNamed = parsed.GetResult(_recipe) is { Implicit: false };
        string name = parsed.GetValue(_recipe) ?? Recipe.Reference.Name;
        if (quick && isNamed && name != Recipe.Modern.Name)
            throw new UsageException("--quick means the modern recipe; leave out --recipe or --quick.");
        if (quick || isNamed)
            experiment = experiment.With(CellProperty.At("recipe"), JsonValue.Create(quick ? Recipe.Modern.Name : name));
        if (parsed.GetValue(_optimizer) is { } optimizer)
        {
            var usual = optimizer switch
            {
                "sgd" => Recipe.Reference,
                "adam" => Recipe.Modern,
                _ => throw new UsageException($"There is no --optimizer '{optimizer}'; use sgd or adam."),
            };
            experiment = Set(Set(experiment, "optimizer", optimizer), "learningRate", usual.LearningRate);
        }

        if ((parsed.GetValue(_epochs) ?? (quick ? 3 : null)) is { } epochs)
            experiment = Set(experiment, "epochs", epochs);
        if (parsed.GetValue(_batchSize) is { } batchSize)
            experiment = Set(experiment, "batchSize", batchSize);
        if (parsed.GetValue(_learningRate) is { } learningRate)
            experiment = Set(experiment, "learningRate", learningRate);
        return experiment;
    }

    private static Experiment Set<T>(Experiment experiment, string property, T value) => experiment.With(CellProperty.At("recipe." + property), JsonValue.Create(value));

    private int[] MakeSeeds(ParseResult parsed)
    {
        var seed = parsed.GetValue(_seed);
        int[] seeds = [.. ValuesOf(parsed, _seeds).Select(ParseSeed).Distinct()];
        if (seed is not null && seeds.Length > 0)
            throw new UsageException("Use either --seed or --seeds, not both.");
        return seeds.Length > 0 || seed is null ? seeds : [seed.Value];
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
