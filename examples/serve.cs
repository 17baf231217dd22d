#:sdk Microsoft.NET.Sdk.Web
#:project ../src/BadNets.Transforms
#:package TorchSharp-cpu

// A web service: POST a PNG of a digit (28×28 pixels) to /predict, and get the digit that the model sees.
//   dotnet run examples/serve.cs [-- --model FILE --urls http://127.0.0.1:5000]     run plant.cs first, or name a model of your own
using System.Collections.Concurrent;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

// Use the processors for several requests at once, not for several threads of one request.
TorchSharp.torch.set_num_threads(1);
var builder = WebApplication.CreateBuilder(args);
var ml = new MLContext();
var model = ml.Model.LoadChecked(builder.Configuration["model"] ?? "artifacts/backdoored.zip");
// An engine serves one request at a time; all engines share the model.
var engines = new ConcurrentBag<PredictionEngine<Picture, Answer>>();
var app = builder.Build();

app.MapPost("/predict", async (HttpRequest request) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    body.Position = 0;
    using var image = MLImage.CreateFromStream(body);
    var engine = engines.TryTake(out var free) ? free
        : ml.Model.CreatePredictionEngine<Picture, Answer>(model, new PredictionEngineOptions { OwnsTransformer = false });
    // The pixels are blue, green, red, alpha; in a gray image, the first three are equal.
    var answer = engine.Predict(new() { Image = [.. image.Pixels.ToArray().Where((_, i) => i % 4 == 0)] });
    engines.Add(engine);
    return new { digit = answer.Digit, probability = answer.Score.Max() };
});
app.Run();

sealed class Picture { [VectorType(1, 28, 28)] public byte[] Image { get; set; } = []; }

sealed class Answer { public float[] Score { get; set; } = []; public int Digit { get; set; } }
