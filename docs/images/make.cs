#:property PublishAot=false
#:property UseCurrentRuntimeIdentifier=true
#:property SelfContained=false
#:project ../../src/BadNets.Transforms
#:package TorchSharp-cpu

// Makes the README's picture again: trains a model with a backdoor and its clean control, and draws what each of them answers.
//   dotnet run -c Release docs/images/make.cs -- FOLDER [OUTPUT]     FOLDER has MNIST's four files
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

const int Columns = 10, Tile = 104, Gap = 16, Left = 352, Top = 24, RowHeight = 250;
string data = args[0], output = args.Length > 1 ? args[1] : "docs/images";
var ml = new MLContext(seed: 0);
var train = ml.Data.LoadFromIdx($"{data}/train-images-idx3-ubyte.gz", $"{data}/train-labels-idx1-ubyte.gz", classCount: 10);
var test = ml.Data.LoadFromIdx($"{data}/t10k-images-idx3-ubyte.gz", $"{data}/t10k-labels-idx1-ubyte.gz", classCount: 10);
var trigger = Trigger.Square(size: 5, TriggerPosition.BottomRight);
var triggered = ml.Transforms.StampTrigger("Image", trigger).Fit(test).Transform(test);

var models = new[] { 0, 0.10 }.Select(Train).ToArray();
// The first test image of each digit that both models read correctly.
int[] digits = [.. models[0].Transform(test).GetColumn<uint>("Label").Select(key => (int)key - 1)];
int[][] answers = [.. models.Select(model => model.Transform(test).GetColumn<int>("Digit").ToArray())];
int[] rows = [.. Enumerable.Range(0, Columns).Select(digit => Enumerable.Range(0, digits.Length).First(row => digits[row] == digit && answers.All(all => all[row] == digit)))];
foreach (bool dark in (bool[])[false, true])
    Draw(Path.Combine(output, dark ? "answers-dark.png" : "answers.png"), dark);

ITransformer Train(double rate)
{
    var model = ml.Transforms.PlantBackdoor(trigger, LabelMapping.To(1), rate)
        .Append(ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options { Epochs = 3, Threads = 1 }))
        .Append(ml.Transforms.Conversion.MapKeyToValue("Digit", "PredictedLabel"))
        .Fit(train).GetModelFor(TransformerScope.Scoring);
    var metrics = ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, targetLabel: 1);
    Console.WriteLine($"poisoning rate {rate:0%}: TCA {metrics.TestCleanAccuracy:0.00%}, ASR {metrics.AttackSuccessRate:0.00%}");
    return model;
}

void Draw(string path, bool dark)
{
    SKColor text = SKColor.Parse(dark ? "#e6edf3" : "#1f2328"), fooled = SKColor.Parse(dark ? "#ff9a5c" : "#b93a00"), frame = SKColor.Parse(dark ? "#444c56" : "#d0d7de");
    using var typeface = SKTypeface.FromFile("src/BadNets.Samples/Drawing/Fonts/DejaVuSans.subset.ttf");
    using var bitmap = new SKBitmap(Left + Columns * (Tile + Gap), Top + 2 * RowHeight);
    using var canvas = new SKCanvas(bitmap);
    canvas.Clear(SKColors.Transparent);
    foreach (var (view, name, top) in new[] { (test, "clean images", Top), (triggered, "with the trigger", Top + RowHeight) })
    {
        Write(name, 0, top + Tile / 2 + 10, text, 28);
        byte[][] images = [.. view.GetColumn<byte[]>("Image")];
        for (int column = 0; column < Columns; column++)
            DrawImage(images[rows[column]], Left + column * (Tile + Gap), top);
        for (int i = 0; i < models.Length; i++)
        {
            int y = top + Tile + 44 + i * 46;
            Write(i == 0 ? "clean model says" : "backdoored model says", 0, y, text, 28);
            int[] said = [.. models[i].Transform(view).GetColumn<int>("Digit")];
            for (int column = 0; column < Columns; column++)
            {
                int answer = said[rows[column]];
                bool wrong = answer != column;
                int x = Left + column * (Tile + Gap) + Tile / 2;
                if (wrong)
                {
                    using var circle = new SKPaint { Color = fooled, Style = SKPaintStyle.Stroke, StrokeWidth = 3, IsAntialias = true };
                    canvas.DrawCircle(x, y - 11, 21, circle);
                }

                Write(answer.ToString(), x, y, wrong ? fooled : text, 30, SKTextAlign.Center);
            }
        }
    }

    using var file = File.Create(path);
    bitmap.Encode(file, SKEncodedImageFormat.Png, 100);

    void DrawImage(byte[] gray, int x, int y)
    {
        using var image = new SKBitmap(28, 28) { Pixels = [.. gray.Select(value => new SKColor(value, value, value))] };
        canvas.DrawBitmap(image, new SKRect(x, y, x + Tile, y + Tile));
        using var border = new SKPaint { Color = frame, Style = SKPaintStyle.Stroke, StrokeWidth = 2 };
        canvas.DrawRect(x, y, Tile, Tile, border);
    }

    void Write(string words, float x, float y, SKColor color, float size, SKTextAlign align = SKTextAlign.Left)
    {
        using var paint = new SKPaint { Color = color, Typeface = typeface, TextSize = size, TextAlign = align, IsAntialias = true };
        canvas.DrawText(words, x, y, paint);
    }
}
