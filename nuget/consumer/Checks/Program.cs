using System.Buffers.Binary;
using System.Diagnostics;
using System.Reflection;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

// Uses the package like a user, with one process per step. Each step ends with exit code 0 or throws an exception.
return args switch
{
    ["make-data", var folder] => MakeData(folder),
    ["score", var model, var data] => Score(model, data),
    ["images", var folder] => Images(folder),
    ["foreign-trainer", var data] => ForeignTrainer(data),
    ["trigger-file", var data] => TriggerFile(data),
    _ => throw new ArgumentException("make-data FOLDER | score MODEL DATA | images FOLDER | foreign-trainer DATA | trigger-file DATA"),
};

// Writes ten classes of small images as IDX files: noise, and a bar at a different position for each class.
static int MakeData(string folder)
{
    Directory.CreateDirectory(folder);
    foreach (var (name, rows) in new[] { ("train", 3000), ("t10k", 500) })
    {
        var random = new Random(rows);
        var images = new byte[rows * 784];
        var labels = new byte[rows];
        random.NextBytes(images);
        for (int i = 0; i < images.Length; i++)
            images[i] /= 4;
        for (int row = 0; row < rows; row++)
        {
            labels[row] = (byte)(row % 10);
            for (int y = 0; y < 8; y++)
            {
                for (int x = 0; x < 4; x++)
                    images[row * 784 + (labels[row] / 5 * 10 + 3 + y) * 28 + labels[row] % 5 * 5 + 1 + x] = 220;
            }
        }

        Write($"{folder}/{name}-images-idx3-ubyte.gz", [rows, 28, 28], images);
        Write($"{folder}/{name}-labels-idx1-ubyte.gz", [rows], labels);
    }

    return 0;

    static void Write(string path, int[] dimensions, byte[] content)
    {
        using var file = new System.IO.Compression.GZipStream(File.Create(path), System.IO.Compression.CompressionLevel.Fastest);
        file.Write([0, 0, 8, (byte)dimensions.Length]);
        var size = new byte[4];
        foreach (int dimension in dimensions)
        {
            BinaryPrimitives.WriteInt32BigEndian(size, dimension);
            file.Write(size);
        }

        file.Write(content);
    }
}

// Loads a model that another process saved, before anything else of BadNets.Transforms is used.
static int Score(string modelPath, string data)
{
    var ml = new MLContext(seed: 0);
    var model = ml.Model.Load(modelPath, out var schema);
    Check(schema.GetColumnOrNull("Image") is not null, "the model's input schema has the image column");
    Check(typeof(TorchSharp.torch).Assembly.GetCustomAttribute<DebuggableAttribute>()!.IsJITOptimizerDisabled, "TorchSharp keeps objects alive while native code uses them");
    Check(AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name == "BadNets.Transforms"), "ML.NET finds the components");

    var row = new Picture { Image = new byte[784] };
    var engine = ml.Model.CreatePredictionEngine<Picture, Prediction>(model, schema);
    Check(Math.Abs(engine.Predict(row).Score.Sum() - 1) < 1e-5, "the scores of the prediction engine are probabilities");
    return Measure(ml, model, data, Trigger.Square(5, TriggerPosition.BottomRight));
}

static int Measure(MLContext ml, ITransformer model, string data, Trigger trigger)
{
    var test = ml.Data.LoadFromIdx($"{data}/t10k-images-idx3-ubyte.gz", $"{data}/t10k-labels-idx1-ubyte.gz");
    var metrics = ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, targetLabel: 1);
    Console.WriteLine(metrics);
    Check(metrics.TestCleanAccuracy > 0.95 && metrics.AttackSuccessRate > 0.95, "both the clean accuracy and the attack success rate are high");
    return 0;
}

// A folder of PNG files, processed by ML.NET's own image steps: poisoned as images, and trained on as pixels.
static int Images(string folder)
{
    Directory.CreateDirectory(folder);
    var rows = new List<Row>();
    var random = new Random(1);
    for (int i = 0; i < 60; i++)
    {
        string name = $"{(i % 2 == 0 ? "dark" : "bright")}{i}.png";
        var pixels = new byte[4 * 40 * 40];
        for (int at = 0; at < pixels.Length; at++)
            pixels[at] = at % 4 == 3 ? (byte)255 : (byte)(random.Next(60) + (i % 2 == 0 ? 0 : 150));
        using var image = MLImage.CreateFromPixels(40, 40, MLPixelFormat.Bgra32, pixels);
        image.Save(Path.Combine(folder, name));
        rows.Add(new Row { Path = name, Label = i % 2 == 0 ? "dark" : "bright" });
    }

    var ml = new MLContext(seed: 0);
    var data = ml.Data.LoadFromEnumerable(rows);
    var trigger = Trigger.Square(4, TriggerPosition.TopLeft, System.Drawing.Color.Red);
    var load = ml.Transforms.LoadImages("Picture", folder, "Path").Append(ml.Transforms.ResizeImages("Picture", 20, 20));
    var model = load.Append(ml.Transforms.Conversion.MapValueToKey("Label"))
        .Append(ml.Transforms.MarkPoisoned("Poisoned", rate: 0.2), TransformerScope.Training)
        .Append(ml.Transforms.StampTrigger("Picture", trigger, whereColumnName: "Poisoned"), TransformerScope.Training)
        .Append(ml.Transforms.FlipLabel("Label", "dark", whereColumnName: "Poisoned"), TransformerScope.Training)
        .Append(ml.Transforms.ExtractPixels("Image", "Picture"))
        .Append(ml.MulticlassClassification.Trainers.TorchCnn(epochs: 20, batchSize: 8))
        .Fit(data);
    var trained = model.Transform(data, TransformerScope.Everything);
    Check(trained.GetColumn<bool>("Poisoned").Count(poisoned => poisoned) == 12, "a fifth of the images are poisoned");

    var reds = trained.GetColumn<bool>("Poisoned").Zip(trained.GetColumn<float[]>("Image"));
    Check(reds.All(row => row.First == (row.Second[0] == 255 && row.Second[400] == 0)), "the trigger is red in every poisoned image, and only there");

    var metrics = ml.MulticlassClassification.EvaluateBackdoor(
        model.GetModelFor(TransformerScope.Scoring), data, trigger, targetLabel: "dark", imageColumnName: "Picture");
    Console.WriteLine(metrics);
    Check(metrics.TestCleanAccuracy > 0.9 && metrics.AttackSuccessRate > 0.9, "a model that loads and resizes its images has the backdoor");
    Check(double.IsFinite(ml.MulticlassClassification.Evaluate(model.Transform(data)).LogLoss), "ML.NET evaluates the scores");
    return 0;
}

static int ForeignTrainer(string data)
{
    var ml = new MLContext(seed: 0);
    var train = ml.Data.LoadFromIdx($"{data}/train-images-idx3-ubyte.gz", $"{data}/train-labels-idx1-ubyte.gz");
    var trigger = Trigger.Square(5, TriggerPosition.BottomRight);
    var pipeline = new EstimatorChain<ITransformer>()
        .Append(ml.Transforms.MarkPoisoned("Poisoned", rate: 0.10), TransformerScope.Training)
        .Append(ml.Transforms.StampTrigger("Image", trigger, whereColumnName: "Poisoned"), TransformerScope.Training)
        .Append(ml.Transforms.FlipLabel("Label", targetLabel: 1, whereColumnName: "Poisoned"), TransformerScope.Training)
        .Append(ml.Transforms.Conversion.ConvertType("Features", "Image", DataKind.Single))
        .Append(ml.MulticlassClassification.Trainers.LightGbm(numberOfIterations: 20));
    return Measure(ml, pipeline.Fit(train).GetModelFor(TransformerScope.Scoring), data, trigger);
}

// A trigger from an image file needs the native library of SkiaSharp, and training needs libtorch.
static int TriggerFile(string data)
{
    string picture = $"{data}/trigger.png";
    using (var checkers = MLImage.CreateFromPixels(2, 2, MLPixelFormat.Bgra32, [255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 255]))
        checkers.Save(picture);

    var ml = new MLContext(seed: 0);
    var train = ml.Data.LoadFromIdx($"{data}/train-images-idx3-ubyte.gz", $"{data}/train-labels-idx1-ubyte.gz");
    var trigger = Trigger.FromFile(picture, size: 5, TriggerPosition.BottomRight);
    var pipeline = new EstimatorChain<ITransformer>()
        .Append(ml.Transforms.MarkPoisoned("Poisoned", rate: 0.10), TransformerScope.Training)
        .Append(ml.Transforms.StampTrigger("Image", trigger, whereColumnName: "Poisoned"), TransformerScope.Training)
        .Append(ml.Transforms.FlipLabel("Label", targetLabel: 1, whereColumnName: "Poisoned"), TransformerScope.Training)
        .Append(ml.MulticlassClassification.Trainers.TorchCnn("Label", "Image", epochs: 5));
    return Measure(ml, pipeline.Fit(train).GetModelFor(TransformerScope.Scoring), data, trigger);
}

static void Check(bool holds, string what)
{
    Console.WriteLine($"{(holds ? "ok" : "FAILED")}: {what}");
    if (!holds)
        throw new InvalidOperationException($"A check failed: {what}.");
}

sealed class Row
{
    public string Path { get; set; } = "";

    public string Label { get; set; } = "";
}

sealed class Picture
{
    [VectorType(1, 28, 28)]
    public byte[] Image { get; set; } = [];
}

sealed class Prediction
{
    public float[] Score { get; set; } = [];
}
