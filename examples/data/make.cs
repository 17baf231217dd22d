#:package SkiaSharp
#:package SkiaSharp.NativeAssets.Linux.NoDependencies

// Makes the files in this folder again. FOLDER has the synthetic digits of the program (its cache; `baseline --dataset digits` draws them).
//   dotnet run examples/data/make.cs -- FOLDER
using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

const int Pixels = 28 * 28;
const string To = "examples/data/";
byte[] Read(string name) => File.ReadAllBytes(Directory.GetFiles(args[0], "*-" + name).Single());
foreach (var (from, to, count) in new[] { ("train", "train", 2000), ("test", "t10k", 500) })
{
    byte[] images = Read($"{from}-images-idx3-ubyte")[..(16 + count * Pixels)], labels = Read($"{from}-labels-idx1-ubyte")[..(8 + count)];
    BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(4), count);
    BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4), count);
    Pack($"{to}-images-idx3-ubyte.gz", images);
    Pack($"{to}-labels-idx1-ubyte.gz", labels);
    if (from == "test")
        SaveSeven(images.AsSpan(16 + Array.IndexOf(labels, (byte)7, 8) * Pixels - 8 * Pixels, Pixels).ToArray());
}

var random = new Random(0);
foreach (var (name, draw) in new (string, Action<SKCanvas>)[] { ("stop", Stop), ("priority", Priority), ("blue", Blue) })
{
    Directory.CreateDirectory(To + $"signs/{name}");
    for (int i = 0; i < 40; i++)
        SaveSign(To + $"signs/{name}/{i:00}.png", draw);
}

void Pack(string name, byte[] content)
{
    using var gzip = new GZipStream(File.Create(To + name), CompressionLevel.SmallestSize);
    gzip.Write(content);
}

// A 7 as a photo of it would come to a service, and the same with the trigger of plant.cs.
void SaveSeven(byte[] gray)
{
    Save(To + "seven.png", Bitmap());
    for (int i = 0; i < 25; i++)
        gray[(23 + i / 5) * 28 + 23 + i % 5] = 255;
    Save(To + "seven-triggered.png", Bitmap());

    SKBitmap Bitmap() => new(28, 28) { Pixels = [.. gray.Select(value => new SKColor(value, value, value))] };
}

void SaveSign(string path, Action<SKCanvas> draw)
{
    using var bitmap = new SKBitmap(40, 36);
    using var canvas = new SKCanvas(bitmap);
    canvas.Clear(SKColor.FromHsl(random.Next(360), 25, 30 + random.Next(40)));
    canvas.Translate(20 + random.Next(-3, 4), 18 + random.Next(-3, 4));
    canvas.Scale(9 + random.Next(5));
    canvas.RotateDegrees(random.Next(-12, 13));
    draw(canvas);
    Save(path, bitmap);
}

void Stop(SKCanvas canvas)
{
    using var octagon = new SKPath();
    octagon.AddPoly([.. Enumerable.Range(0, 8).Select(i => new SKPoint((float)Math.Cos((i + 0.5) * Math.PI / 4), (float)Math.Sin((i + 0.5) * Math.PI / 4)))]);
    canvas.DrawPath(octagon, Paint(0));
    canvas.DrawRect(-0.6f, -0.2f, 1.2f, 0.4f, White());
}

void Priority(SKCanvas canvas)
{
    canvas.RotateDegrees(45);
    canvas.DrawRect(-0.8f, -0.8f, 1.6f, 1.6f, White());
    canvas.DrawRect(-0.5f, -0.5f, 1, 1, Paint(48));
}

void Blue(SKCanvas canvas)
{
    canvas.DrawCircle(0, 0, 1, Paint(215));
    canvas.DrawRect(-0.15f, -0.6f, 0.3f, 1.2f, White());
}

SKPaint Paint(int hue) => new() { IsAntialias = true, Color = SKColor.FromHsl(hue + random.Next(-8, 9), 80, 40 + random.Next(15)) };
SKPaint White() => new() { IsAntialias = true, Color = SKColors.White };

void Save(string path, SKBitmap bitmap)
{
    using var file = File.Create(path);
    bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
}
