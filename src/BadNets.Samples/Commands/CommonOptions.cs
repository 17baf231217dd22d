using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BadNets.Samples.Datasets;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Previews;
using BadNets.Samples.Running;
using BadNets.Samples.Store;

namespace BadNets.Samples.Commands;

/// <summary>The options that all training commands share, and how they change an experiment.</summary>
sealed class CommonOptions
{
    /// <summary>The folder for results if no option says otherwise.</summary>
    public const string DefaultOutput = "results";

    // A recipe for each optimizer.
    private static readonly Recipe[] WithOptimizers = [Recipe.Reference, Recipe.Adam];

    private readonly IReadOnlyList<Experiment>? _experiments;
    private readonly Option<string> _dataset;
    private readonly Option<string?> _data;
    private readonly Option<int?> _imageSize;
    private readonly Option<int?> _rows;
    private readonly (CellProperty Property, Option<string?> Option)[] _fixed;
    private readonly Option<string?> _trigger;
    private readonly Option<string[]> _set;
    private readonly Option<string> _recipe;
    private readonly Option<bool> _quick;
    private readonly Option<int?> _epochs;
    private readonly Option<int?> _batchSize;
    private readonly Option<double?> _learningRate;
    private readonly Option<string?> _optimizer;
    private readonly Option<int?> _seed;
    private readonly Option<string[]> _seeds;
    private readonly Option<int?> _parallel;
    private readonly Option<int?> _threads;
    private readonly Option<string?> _shard;
    private readonly Option<bool> _noControl;
    private readonly Option<bool> _fresh;
    private readonly Option<string?> _output;
    private readonly Option<bool> _json;

    /// <param name="experiments">The experiments whose values are the defaults; null: those of a file.</param>
    public CommonOptions(IReadOnlyList<Experiment>? experiments)
    {
        _experiments = experiments;
        _dataset = new("--dataset")
        {
            Description = $"The images: {UnknownName.Either([.. DatasetCatalog.All.Select(kind => kind.Usage)])}. The command 'datasets' explains them. [default: {(experiments is null ? $"the file's, or {DatasetCatalog.Default}" : DatasetCatalog.Default)}]",
            DefaultValueFactory = _ => DatasetCatalog.Default,
            HelpName = "name",
        };
        _dataset.CompletionSources.Add([.. DatasetCatalog.All.Select(kind => kind.Argument is null ? kind.Name : kind.Name + ":")]);
        _data = FileOrFolder("--data", "The file or folder with the data set. [default: what the environment variable BADNETS_DATA (MNIST), BADNETS_CIFAR10, or BADNETS_GTSRB specifies, then the cache, then a download]", "path");
        _imageSize = WholeNumber("--image-size", "Resize the images of gtsrb or folder:PATH to this width and height. [default: 32 for gtsrb, unchanged for folder:PATH]", 1, "pixels");
        _rows = WholeNumber("--rows", "Use only this many training rows, and a sixth as many test rows. [default: all]", 1, "count");

        _fixed =
        [
            (CellProperty.Rate, new("--poisoning-rate") { Description = $"The fraction of the training rows that is poisoned, from 0 to 1. [default: {DefaultOf(CellProperty.Rate)}]", HelpName = "fraction" }),
            (CellProperty.TriggerSize, new("--trigger-size") { Description = $"The width and height of the white square. [default: {DefaultOf(CellProperty.TriggerSize)}]", HelpName = "pixels" }),
            (CellProperty.TriggerPosition, new("--trigger-position")
            {
                Description = $"Where the square is: {UnknownName.Either([.. PositionCode.All.Select(code => PositionCode.Parse(code).ToLongName() is var name && name == code ? code : $"{name} ({code})")])}. [default: {DefaultOf(CellProperty.TriggerPosition)}]",
                HelpName = "position",
            }),
            (CellProperty.Target, new("--target") { Description = $"The label that the attack aims at. [default: {DefaultOf(CellProperty.Target)}]", HelpName = "label" }),
        ];
        _fixed.Single(each => each.Property == CellProperty.TriggerPosition).Option.CompletionSources.Add([.. PositionCode.LongNames]);
        _trigger = new("--trigger") { Description = "The kind of trigger, such as blend, or the trigger as JSON. [default: a white square]", HelpName = "kind" };
        _trigger.CompletionSources.Add([.. TriggerPlan.Kinds]);
        _set = new("--set")
        {
            Description = "Set any property of the training runs by its path, such as attack.trigger.gray=128. You can repeat this option.",
            HelpName = "path=value",
            DefaultValueFactory = _ => [],
        };

        string[] recipes = [.. Recipe.Names];
        _recipe = Choice("--recipe", "How to train: 'reference' as in the published runs (SGD, softmax applied twice), 'modern' as is usual today (ResNet-20, one-cycle SGD, random crops), or 'adam' (the BadNets network with Adam). "
            + $"[default: {(experiments is null ? $"the file's, or {recipes[0]}" : recipes[0])}]", "name", recipes);
        _recipe.DefaultValueFactory = _ => recipes[0];
        _quick = new("--quick") { Description = "Use the recipe 'adam' for 3 epochs." };
        _epochs = WholeNumber("--epochs", FormattableString.Invariant($"Passes over the training set. [default: {Recipe.Reference.Epochs}, or in the recipe 'modern' {Recipe.ModernEpochs[0]} to {Recipe.ModernEpochs[^1]}, depending on the data set]"), 1, "count");
        _batchSize = WholeNumber("--batch-size", FormattableString.Invariant($"The number of rows in a training step. [default: {Recipe.Reference.BatchSize}, or 128 in the recipe 'modern']"), 1, "rows");
        _learningRate = NumberAboveZero("--learning-rate", FormattableString.Invariant(
            $"The learning rate. [default: {Recipe.Reference.LearningRate} with {Recipe.Reference.OptimizerCode}, {Recipe.Adam.LearningRate} with {Recipe.Adam.OptimizerCode}, 0.1 in the recipe 'modern']"));
        _optimizer = Choice("--optimizer", $"The optimizer: sgd or adam. [default: {Recipe.Adam.OptimizerCode} in the recipe '{Recipe.Adam.Name}', otherwise {Recipe.Reference.OptimizerCode}]", "name",
            [.. WithOptimizers.Select(recipe => recipe.OptimizerCode)])!;
        _seed = WholeNumber("--seed", "The seed of all random numbers. [default: 0]", int.MinValue);
        _seeds = Values("--seeds", "Several seeds, to train once with each. Figures then show the mean and the range.", "numbers");

        _parallel = WholeNumber("--parallel", FormattableString.Invariant($"Training runs at the same time. [default: the cores divided by --threads, here {Environment.ProcessorCount}]"), 1, "count", Environment.ProcessorCount);
        _threads = WholeNumber("--threads", "Threads for each training run. The number does not change the results. [default: 1]", 1, "count", Environment.ProcessorCount);
        _shard = new("--shard") { Description = "Train only one part of the runs, such as 1/4. [default: in a Slurm job array or an indexed Kubernetes job the task's part, otherwise 1/1]", HelpName = "part/parts" };
        _noControl = new("--no-control") { Description = "Do not train the clean control, which is the same training run with poisoning rate 0." };
        _fresh = new("--fresh") { Description = "Delete the earlier results of these runs and start again." };
        _output = FileOrFolder("--output", $"The folder for results. [default: {DefaultOutput}]", "folder");
        _output.DefaultValueFactory = _ => DefaultOutput;
        _json = new("--json") { Description = "Write the results to standard output as JSON, and everything else to standard error." };
    }

    /// <summary>An option that takes several values, separated by spaces or commas.</summary>
    public static Option<string[]> Values(string name, string description, string values) => new(name)
    {
        Description = description,
        HelpName = values,
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

    private static Option<string> Choice(string name, string description, string valueName, string[] values)
    {
        var option = new Option<string>(name) { Description = description, HelpName = valueName };
        option.CompletionSources.Add(values);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !values.Contains(token.Value))
                result.AddError(UnknownName.Sentence(name.TrimStart('-'), token.Value, values));
        });
        return option;
    }

    /// <summary>A switch for results as JSON.</summary>
    public Option<bool> Json => _json;

    /// <summary>The options that say which data and which attack to test a model with.</summary>
    public IEnumerable<Option> DataOptions => [_dataset, _data, _imageSize, _rows];

    public IEnumerable<Option> AttackOptions => [_trigger, .. _fixed.Where(each => each.Property != CellProperty.Rate).Select(each => each.Option), _set];

    /// <summary>The folder for results, and whether they are wanted as JSON.</summary>
    public IEnumerable<Option> OutputOptions => [_output, _json];

    /// <summary>The values of such an option, each once; empty if the option was left out.</summary>
    /// <exception cref="UsageException">The option has no value, for example because of an empty variable in a script.</exception>
    public static string[] ValuesOf(ParseResult parsed, Option<string[]> option)
    {
        string[] values =
            [.. (parsed.GetValue(option) ?? []).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()];
        return values.Length > 0 || parsed.GetResult(option) is not { Implicit: false } ? values : throw new UsageException($"{option.Name} needs a value.");
    }

    /// <summary>Adds the options of a training command.</summary>
    /// <param name="help">The help pages.</param>
    /// <param name="command">The command.</param>
    /// <param name="axes">The properties that the command varies, and the options for their values; it has no options that fix them.</param>
    public void AddTo(HelpPages help, Command command, IReadOnlyList<(Axis Axis, Option Option)> axes)
    {
        help.Add(command, "Attack", [
            .. axes.Select(each => each.Option),
            .. axes.Any(varied => CellProperty.IsWithin(CellProperty.Trigger.Path, varied.Axis.Path) || CellProperty.IsWithin(varied.Axis.Path, CellProperty.Trigger.Path)) ? [] : new Option[] { _trigger },
            .. _fixed.Where(each => !axes.Any(varied => CellProperty.IsWithin(each.Property.Path, varied.Axis.Path))).Select(each => each.Option),
            _set,
        ]);
        if (_experiments is null || _experiments.Any(experiment => experiment.CleanControl))
            help.Add(command, "Attack", _noControl);
        help.Add(command, "Training", _quick, _recipe, _epochs, _batchSize, _optimizer, _learningRate, _seed, _seeds);
        help.Add(command, "Data", DataOptions);
        help.Add(command, "Running", _parallel, _threads, _shard, _fresh);
        help.Add(command, "Output", OutputOptions);
    }

    /// <summary>The text of an axis's value as its option takes it.</summary>
    public static string TextOf(CellProperty property, JsonNode? value) =>
        property.Path == CellProperty.TriggerPosition.Path && PositionCode.TryParse(CellProperty.TextOf(value)) is { } position ? position.ToLongName() : CellProperty.TextOf(value);

    /// <summary>The texts of all values of an axis as its option takes them. Names with spaces have quotes.</summary>
    public static IEnumerable<string> TextsOf(Axis axis) =>
        axis.Names?.Select(name => name.Contains(' ', StringComparison.Ordinal) ? $"\"{name}\"" : name) ?? axis.Values.Select(value => TextOf(axis.Property, value));

    /// <summary>What to test a model with: the trigger and the mapping of the training run beside it, or of the basic attack, with what options change.</summary>
    /// <exception cref="UsageException">An option has an impossible value.</exception>
    /// <exception cref="InvalidDataException">The file beside the model is damaged.</exception>
    public EvaluationRequest MakeEvaluationRequest(ParseResult parsed, string model)
    {
        var experiment = Basic;
        if (CellDescription.ReadBeside(model) is { Cell.Attack: var trained })
        {
            experiment = experiment.With(CellProperty.At("attack.trigger"), JsonSerializer.SerializeToNode(trained.TriggerInTests, CellJson.Options))
                .With(CellProperty.At("attack.mapping"), JsonSerializer.SerializeToNode(trained.Mapping, CellJson.Options));
        }

        experiment = Fix(parsed, experiment);
        var attack = experiment.CellsOn(new DatasetIdentity("none", 1, 1)).First().Attack;
        return new(model, Data(parsed, Dataset(parsed, experiment)), attack);
    }

    /// <summary>What to draw: the attacks of experiments, or the basic attack with what options change.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="experiment">The experiment, or null for the basic attack.</param>
    /// <param name="count">How many images to draw.</param>
    /// <param name="label">The label of the images, or null.</param>
    /// <exception cref="UsageException">An option has an impossible value.</exception>
    public PreviewRequest MakePreviewRequest(ParseResult parsed, Experiment? experiment, int count, string? label)
    {
        var fixedExperiment = Fix(parsed, (experiment ?? Basic) with { CleanControl = false });
        Cell[] all = [.. fixedExperiment.CellsOn(new DatasetIdentity("none", 1, 1))], poisoned = [.. all.Where(cell => !cell.Attack.IsNone)];
        Cell[] cells = [.. (poisoned.Length > 0 ? poisoned : all).DistinctBy(cell => (cell.Attack.Trigger, cell.Attack.Mapping, cell.Attack.TestTrigger, cell.Attack.CoverTrigger))];
        var names = ValueName.Of([fixedExperiment], cells);
        var labels = new CellLabels(cells, names);
        string TitleOf(Cell cell) => names[cell].FirstOrDefault()?.Name ?? (cells.Length == 1 ? cell.Attack.Trigger.ToLabel() : labels.Of(cell));
        string name = experiment?.Name ?? cells[0].Attack.Trigger.ToSlug();
        return new(name, [.. cells.Select(cell => (TitleOf(cell), cell.Attack))], Data(parsed, Dataset(parsed, fixedExperiment)), count, label);
    }

    private static Experiment Basic => ExperimentCatalog.All.First(experiment => experiment.Axes.Count == 0 && experiment.Cell is not null);

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
        if (parsed.GetValue(_trigger) is { } trigger)
            experiment = experiment.With(CellProperty.Trigger, trigger.StartsWith('{') ? CellProperty.Trigger.Parse(trigger) : TriggerPlan.OfKind(trigger));
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
            if (parsed.GetValue(option) is { } text && !experiment.Axes.Any(axis => CellProperty.IsWithin(property.Path, axis.Path)))
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
        if (quick && isNamed && name != Recipe.Adam.Name)
            throw new UsageException($"--quick means the recipe '{Recipe.Adam.Name}'; leave out --recipe or --quick.");
        if (quick || isNamed)
            experiment = experiment.With(CellProperty.At("recipe"), JsonValue.Create(quick ? Recipe.Adam.Name : name));
        if (parsed.GetValue(_optimizer) is { } optimizer)
        {
            var usual = WithOptimizers.First(recipe => recipe.OptimizerCode == optimizer);
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

    // The value that an experiment has without the option, or the values of several.
    private string DefaultOf(CellProperty property)
    {
        if (_experiments is null)
            return "the file's";
        var values = _experiments.Where(experiment => !experiment.Axes.Any(axis => CellProperty.IsWithin(property.Path, axis.Path)))
            .Select(experiment => (Text: TextOf(property, property.In(experiment.Cell!)), experiment.Name))
            .GroupBy(value => value.Text, value => value.Name)
            .ToArray();
        return values is [var only] ? only.Key : string.Join(", ", values.Select(value => $"{value.Key} in {string.Join(" and ", value)}"));
    }

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int?> WholeNumber(string name, string description, int smallest, string valueName = "number", int? cores = null)
    {
        string range = smallest > 0 ? $" of at least {smallest}" : "";
        return Number<int>(name, description, valueName, text =>
            !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) || number < smallest
                ? (null, $"{name} takes a whole number{range}, not '{text}'.")
            : number > cores
                ? (null, FormattableString.Invariant($"{name} takes at most {cores} here, one for each core, not '{text}'."))
            : (number, ""));
    }

    private static Option<double?> NumberAboveZero(string name, string description) => Number<double>(name, description, "number", text =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && (float)number > 0 && float.IsFinite((float)number)
            ? (number, "")
            : (null, $"{name} takes a number above 0 in the range of single precision, not '{text}'."));

    private static Option<T?> Number<T>(string name, string description, string valueName, Func<string, (T? Number, string Error)> parse) where T : struct => new(name)
    {
        Description = description,
        HelpName = valueName,
        CustomParser = result =>
        {
            var (number, error) = parse(result.Tokens[0].Value);
            if (number is null)
                result.AddError(error);
            return number;
        },
    };
}
