using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>
/// An experiment: a cell, up to two axes along which it is varied, and claims about the results. Experiments are data: the built-in experiments are
/// JSON files, and <c>run FILE.json</c> runs any other experiment.
/// </summary>
sealed record Experiment
{
    private static readonly DatasetIdentity NoDataset = new("none", 1, 1);

    // The properties without which a recipe is not one.
    private static readonly string[] WholeRecipe =
        [.. CellJson.Options.GetTypeInfo(typeof(Recipe)).Properties.Where(property => property.IsRequired).Select(property => property.Name)];

    /// <summary>The name, which consists of lowercase letters, digits, and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>The question that the experiment answers.</summary>
    public required string Title { get; init; }

    /// <summary>The data set, as a value of <c>--dataset</c>, or null for the default data set.</summary>
    public string? Dataset { get; init; }

    /// <summary>
    /// The cell that is varied, as JSON, without its data set and seed: <c>attack</c>, and optionally <c>recipe</c> (a recipe's name, or an object
    /// whose missing properties are those of the recipe with its name).
    /// </summary>
    public JsonObject? Cell { get; init; }

    /// <summary>The seeds; each cell is trained once with each seed.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [0];

    /// <summary>The properties that vary.</summary>
    public IReadOnlyList<Axis> Axes { get; init; } = [];

    /// <summary>Whether to train the clean control as well: the cell before it is varied, with a poisoning rate of 0.</summary>
    public bool CleanControl { get; init; }

    /// <summary>The claims about the results.</summary>
    public IReadOnlyList<Claim> Claims { get; init; } = [];

    /// <summary>The names of the CSV files of the published PyTorch program, if this is a published experiment.</summary>
    public PublishedNames? Published { get; init; }

    /// <summary>The names of the built-in experiments that this experiment consists of, if any.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    /// <summary>The cells on a data set, for each seed, and then the clean controls. What a cell needs comes before it.</summary>
    /// <exception cref="UsageException">A value is not valid.</exception>
    public IEnumerable<Cell> CellsOn(DatasetIdentity dataset) => NamedCellsOn(dataset).Select(each => each.Cell);

    /// <summary>The cells on a data set, as <see cref="CellsOn"/> returns them, with the names that axes give their values.</summary>
    /// <exception cref="UsageException">A value is not valid.</exception>
    public IEnumerable<(Cell Cell, IReadOnlyList<ValueName> Names)> NamedCellsOn(DatasetIdentity dataset) =>
        from each in CleanControl ? Documents().Append((Control(), [])) : Documents()
        from seed in Seeds
        let cell = CellJson.ReadCell(Complete(each.Document, dataset, seed))
        from needed in cell.Prerequisites.Select(other => (other, (IReadOnlyList<ValueName>)[])).Append((cell, each.Names))
        select needed;

    /// <summary>Returns the experiment with a property of its cell set to a value.</summary>
    /// <exception cref="UsageException">The property is an axis.</exception>
    public Experiment With(CellProperty property, JsonNode? value)
    {
        if (Axes.FirstOrDefault(axis => CellProperty.IsWithin(property.Path, axis.Path)) is { } varied)
            throw new UsageException($"The experiment '{Name}' varies the {varied.Property.Name}, so the {property.Name} cannot be set.");
        var cell = Template();
        if (property.Path == "recipe")
            cell["recipe"] = value?.DeepClone();
        else
            property.Set(cell, value);
        return this with { Cell = EmbeddedFiles.Embed(cell, folder: "") };
    }

    /// <summary>Reads an experiment.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="source">The path of the file, for error messages, and to find the files that the experiment names.</param>
    /// <exception cref="UsageException">The JSON is not an experiment.</exception>
    public static Experiment Parse(ReadOnlySpan<byte> json, string source)
    {
        try
        {
            var experiment = CellJson.Read<Experiment>(json, document => EmbeddedFiles.Embed(document, Path.GetDirectoryName(source) ?? ""));
            experiment.Check();
            return experiment;
        }
        catch (JsonException fault)
        {
            throw new UsageException($"'{source}' is not an experiment: {CellJson.Explain(fault)}");
        }
        catch (UsageException fault)
        {
            throw new UsageException($"'{source}' is not an experiment: {fault.Message}");
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, CellJson.Options);

    /// <exception cref="UsageException">The experiment is not complete or not valid.</exception>
    public void Check()
    {
        if (Name.Length is 0 or > 60 || !Name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-'))
            throw new UsageException($"Its name must consist of at most 60 lowercase letters, digits, and hyphens, but is '{Name}'.");
        if (string.IsNullOrWhiteSpace(Title))
            throw new UsageException("It has no title.");
        if (Axes.Any(axis => axis is null) || Claims.Any(claim => claim is null) || Includes.Any(name => name is null))
            throw new UsageException("An axis, claim, or included experiment must not be null.");
        Published?.Check();
        if (Includes.Count > 0)
        {
            if (Cell is not null || Axes.Count > 0 || Claims.Count > 0 || CleanControl)
                throw new UsageException("An experiment that includes others must not have its own cell, axes, claims, or clean control.");
            return;
        }

        if (Cell is null)
            throw new UsageException("It has no cell.");
        if (Seeds.Count == 0)
            throw new UsageException("It has no seeds.");
        if (Cell.ContainsKey("dataset") || Cell.ContainsKey("seed"))
            throw new UsageException("The data set and the seed cannot be set in the cell. Use 'dataset' and 'seeds' of the experiment, or --dataset and --seed.");
        if (Axes.Count > 2)
            throw new UsageException($"It has {Axes.Count} axes, but the maximum is 2.");
        foreach (var axis in Axes)
            axis.Check();
        // A later axis can change a part of what an earlier one sets.
        if (Axes is [var one, var other] && CellProperty.IsWithin(one.Path, other.Path))
            throw new UsageException($"The axes '{one.Path}' and '{other.Path}' set the same property.{(one.Path == other.Path ? "" : $" Put '{other.Path}' first.")}");
        // Report a value that is not valid now, before the data set is searched.
        Cell[] cells = [.. Documents().Select(each => CellJson.ReadCell(Complete(each.Document, NoDataset, 0)))];
        if (Axes.Any(axis => axis.Names is not null) && cells.Distinct().Count() < cells.Length)
            throw new UsageException("Two named values give the same cell.");
    }

    /// <summary>Returns the cell with its recipe, which is complete unless it depends on the data set.</summary>
    private JsonObject Template()
    {
        var cell = (JsonObject)Cell!.DeepClone();
        FillRecipes(cell, dataset: null);
        return cell;
    }

    private JsonObject Control()
    {
        // The first axis can be the attack.
        var control = Cell!.ContainsKey("attack") ? Template() : Documents().First().Document;
        CellProperty.Rate.Set(control, 0);
        CellProperty.CoverRate.Remove(control);
        return control;
    }

    private static void FillRecipes(JsonObject cell, DatasetIdentity? dataset)
    {
        cell["recipe"] = FullRecipe(cell["recipe"], dataset);
        if (cell["initial"] is JsonObject initial)
            initial["recipe"] = FullRecipe(initial["recipe"], dataset);
    }

    /// <summary>Adds the missing properties of a recipe from the one with its name.</summary>
    /// <param name="recipe">The name, an object, or null for the reference recipe.</param>
    /// <param name="dataset">The data set, or null if it is not known yet. A recipe that depends on it then stays as it is.</param>
    private static JsonObject FullRecipe(JsonNode? recipe, DatasetIdentity? dataset)
    {
        var (name, changes) = recipe switch
        {
            null => (Recipe.Reference.Name, []),
            JsonObject members => (CellProperty.TextOf(members["name"]), members),
            _ => (CellProperty.TextOf(recipe), []),
        };
        // A recipe of the user's, or a whole one of an earlier version, in which another recipe was called modern.
        if (changes.Count > 0 && (!Recipe.Names.Contains(name) || name == Recipe.ModernName && WholeRecipe.All(changes.ContainsKey)))
            return (JsonObject)changes.DeepClone();
        if (!Recipe.Names.Contains(name))
            throw new UsageException(UnknownName.Sentence("recipe", name, Recipe.Names));
        var full = name != Recipe.ModernName || dataset is not null
            ? JsonSerializer.SerializeToNode(Recipe.AllFor(dataset ?? NoDataset).Single(known => known.Name == name), CellJson.Options)!.AsObject()
            : new JsonObject { ["name"] = name };
        // Only SGD has a momentum.
        if (changes["optimizer"] is { } optimizer && CellProperty.TextOf(optimizer) != CellProperty.TextOf(full["optimizer"]))
            full.Remove("momentum");
        foreach (var (property, value) in changes)
            full[property] = value?.DeepClone();
        return full;
    }

    private IEnumerable<(JsonObject Document, IReadOnlyList<ValueName> Names)> Documents()
    {
        IEnumerable<(JsonObject Document, IReadOnlyList<ValueName> Names)> documents = [(Template(), [])];
        for (int i = 0; i < Axes.Count; i++)
        {
            var axis = Axes[i];
            string[] later = [.. Axes.Skip(i + 1).SelectMany(other => (other.Scales ?? []).Prepend(other.Path))];
            documents = documents.SelectMany(_ => Enumerable.Range(0, axis.Values.Count), (before, index) =>
            {
                var varied = (JsonObject)before.Document.DeepClone();
                axis.Set(varied, axis.Values[index]);
                FillRecipes(varied, dataset: null);
                return (varied, axis.Names is { } names ? [.. before.Names, new ValueName(axis.Path, names[index], later)] : before.Names);
            });
        }

        return documents;
    }

    private static JsonObject Complete(JsonObject document, DatasetIdentity dataset, int seed)
    {
        document["dataset"] = JsonSerializer.SerializeToNode(dataset, CellJson.Options);
        document["seed"] = seed;
        FillRecipes(document, dataset);
        return document;
    }
}
