using BadNets.Samples.Datasets;
using BadNets.Samples.Drawing;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>Shows images in the terminal, clean and with the trigger, with what a model says about each.</summary>
sealed class ModelTrial(TrialRequest request, IAnsiConsole console)
{
    private const int WidestPage = 80;
    private const int Gap = 2;

    private readonly Attack _attack = request.Test.Attack;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ModelFile.Require(request.Test.Model);
        var ml = new MLContext();
        var model = ml.Model.LoadChecked(request.Test.Model);
        using var disposable = model as IDisposable;
        var network = (model as TorchCnnTransformer) ?? (model as IEnumerable<ITransformer>)?.OfType<TorchCnnTransformer>().LastOrDefault()
            ?? throw new UsageException($"'{request.Test.Model}' has no network that takes images; --model takes a file such as the model.zip that each training run leaves in its folder.");
        var (images, trigger) = request.Images.Count > 0 ? (ReadFiles(ml, network.ImageShape), MakeWithoutData()) : await PickAsync(ml, network.ImageShape, cancellationToken);

        var clean = MakeView(ml, network.ImageShape, images.Select(image => image.Pixels));
        var triggered = ml.Transforms.StampTrigger("Image", trigger).Fit(clean).Transform(clean);
        (string Label, double Share)[] cleanAnswers = Ask(model, network, clean), triggeredAnswers = Ask(model, network, triggered);
        byte[][] stamped = [.. triggered.GetColumn<byte[]>("Image")];
        int successes = 0;
        for (int i = 0; i < images.Count; i++)
        {
            bool isSuccess = triggeredAnswers[i].Label == images[i].Aim && cleanAnswers[i].Label != images[i].Aim;
            successes += isSuccess ? 1 : 0;
            console.WriteLine(images[i].Title);
            Show(network.ImageShape, (images[i].Pixels, "clean", cleanAnswers[i], false), (stamped[i], "with the trigger", triggeredAnswers[i], isSuccess));
            console.WriteLine();
        }

        string aim = _attack.Mapping is ToPlan { Target: var target } ? $"the target label {target}" : "what the attack aims at";
        console.WriteLine(FormattableString.Invariant($"The trigger ({_attack.TriggerInTests.ToLabel()}) turned {successes} of {images.Count} answers into {aim}."));
    }

    private List<TrialImage> ReadFiles(MLContext ml, ImageShape shape) =>
    [
        .. request.Images.Select(path =>
        {
            var (pixels, changes) = UserImage.Read(ml, path, shape);
            return new TrialImage($"{path}: {changes}", pixels, (_attack.Mapping as ToPlan)?.Target);
        }),
    ];

    private Trigger MakeWithoutData() => _attack.TriggerInTests.Make(new TriggerSources(
        () => throw new UsageException("This trigger depends on the training data, so it cannot be stamped on images of your own. Leave out --image."), TriggerSources.NoModel));

    private async Task<(List<TrialImage> Images, Trigger Trigger)> PickAsync(MLContext ml, ImageShape shape, CancellationToken cancellationToken)
    {
        using var locator = MnistLocator.ForThisUser();
        var dataset = await DataSearch.FindAsync(locator, request.Test.Data, console, cancellationToken);
        var test = dataset.Test(ml);
        var found = ((VectorDataViewType)test.Schema["Image"].Type).Dimensions;
        if (found is not [var channels, var height, var width] || new ImageShape(channels, height, width) != shape)
            throw new UsageException($"The model takes images of {shape}, but those of {dataset.Name} are {string.Join('×', found)}; choose its data set with --dataset.");

        using var sources = new TriggerSources(() => dataset.Train(ml), TriggerSources.NoModel);
        var labels = Labels(ml, test);
        var picked = labels.Zip(Labels(ml, CellSteps.Trigger(ml, _attack, test, sources)), test.GetColumn<byte[]>("Image"))
            .Select((row, index) => (Index: index, Label: row.First, Aim: row.Second, Pixels: row.Third))
            .Where(row => request.Label is null ? row.Label != row.Aim : row.Label == request.Label)
            .Take(request.Count)
            .Select(row => new TrialImage(FormattableString.Invariant($"Test image {row.Index}, labeled {row.Label}"), row.Pixels, row.Aim))
            .ToList();
        return picked.Count > 0 ? (picked, _attack.TriggerInTests.Make(sources))
            : throw new UsageException(request.Label is { } label ? UnknownName.Sentence("label", label, [.. labels.Distinct().Order(StringComparer.Ordinal)]) : "There is no test image whose label the attack changes.");
    }

    private static IEnumerable<string> Labels(MLContext ml, IDataView view) => ml.Transforms.Conversion.MapKeyToValue("Label")
        .Append(ml.Transforms.Conversion.ConvertType("Label", outputKind: DataKind.String))
        .Fit(view).Transform(view).GetColumn<string>("Label");

    private static IDataView MakeView(MLContext ml, ImageShape shape, IEnumerable<byte[]> images)
    {
        var schema = SchemaDefinition.Create(typeof(PixelRow));
        schema[nameof(PixelRow.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, shape.Channels, shape.Height, shape.Width);
        return ml.Data.LoadFromEnumerable(images.Select(pixels => new PixelRow { Image = pixels }), schema);
    }

    private static (string Label, double Share)[] Ask(ITransformer model, TorchCnnTransformer network, IDataView view)
    {
        var answers = model.Transform(view);
        return [.. answers.GetColumn<uint>(network.PredictedLabelColumnName).Zip(answers.GetColumn<float[]>(network.ScoreColumnName), (key, scores) => (network.Labels[(int)key - 1].ToString(), (double)scores.Max()))];
    }

    private void Show(ImageShape shape, params ReadOnlySpan<(byte[] Pixels, string Name, (string Label, double Share) Answer, bool IsSuccess)> images)
    {
        int width = (Math.Min(WidestPage, console.Profile.Width) - Gap) / 2;
        var grid = new Grid { Expand = false };
        List<Text> captions = [];
        List<TerminalImage> pictures = [];
        foreach (var image in images)
        {
            grid.AddColumn(new GridColumn { Width = width, Padding = new Padding(0, 0, captions.Count == 0 ? Gap : 0, 0) });
            captions.Add(new Text(FormattableString.Invariant($"{image.Name}: {image.Answer.Label} ({image.Answer.Share:0.00%})"), image.IsSuccess ? new Style(Color.Red) : Style.Plain));
            pictures.Add(new TerminalImage(image.Pixels, shape, width));
        }

        console.Write(grid.AddRow([.. captions]).AddRow([.. pictures]));
    }

    private sealed class PixelRow
    {
        public byte[] Image { get; set; } = [];
    }
}
