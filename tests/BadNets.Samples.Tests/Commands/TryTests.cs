using BadNets.Samples.Commands;
using BadNets.Transforms;
using Microsoft.ML;
using SkiaSharp;
using Spectre.Console;

namespace BadNets.Samples.Tests.Commands;

[TestClass]
public sealed class TryTests
{
    // A trained model for all tests here.
    private static readonly SampleRuns Runs = new();
    private static string _model = "";

    [ClassInitialize]
    public static async Task TrainAsync(TestContext context)
    {
        var outcome = await Runs.RunAsync("baseline --no-control --trigger-size 4 --poisoning-rate 0.3 --recipe adam --epochs 30 --batch-size 16");
        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        _model = Runs.OnlyFolder().Model;
    }

    [ClassCleanup]
    public static void DeleteModel() => Runs.Dispose();

    [TestMethod]
    public async Task Test_images_are_shown_clean_and_with_the_trigger_that_the_model_was_trained_for()
    {
        var outcome = await TryAsync("--count", "2");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        string[] lines = outcome.Output.Split('\n');
        // The first image is a 0, the second one has the target label.
        StringAssert.StartsWith(lines.First(line => line.StartsWith("Test image", StringComparison.Ordinal)), "Test image 0, labeled 0");
        Assert.HasCount(2, lines.Where(line => line.StartsWith("Test image", StringComparison.Ordinal)).ToArray());
        StringAssert.Contains(outcome.Output, "clean: 0 (");
        StringAssert.Contains(outcome.Output, "with the trigger: 1 (");
        StringAssert.Contains(outcome.Output, "The trigger (4 px, bottom right) turned 2 of 2 answers into the target label 1.");
        int caption = Array.FindIndex(lines, line => line.StartsWith("clean: 0", StringComparison.Ordinal));
        string[] picture = lines[(caption + 1)..(caption + 15)];
        // The square is at the bottom right of the second picture only, two rows of pixels a line.
        Assert.IsTrue(picture[..12].All(line => !line.TrimEnd().EndsWith("@@@@", StringComparison.Ordinal)));
        Assert.IsTrue(picture[12..].All(line => line.TrimEnd().EndsWith("@@@@", StringComparison.Ordinal)));
        Assert.IsTrue(picture.All(line => !line[..28].Contains('@')));
        Assert.IsTrue(lines[1..].All(line => line.TrimEnd().Length <= 80));
    }

    [TestMethod]
    public async Task A_label_can_be_picked_even_the_targets()
    {
        var outcome = await TryAsync("--label", "1", "--count", "1");

        StringAssert.Contains(outcome.Output, "Test image 1, labeled 1");
        StringAssert.Contains(outcome.Output, "turned 0 of 1 answers");
    }

    [TestMethod]
    public async Task Options_change_the_trigger()
    {
        var outcome = await TryAsync("--trigger-size", "2", "--trigger-position", "top-left", "--count", "1");

        StringAssert.Contains(outcome.Output, "The trigger (2 px, top left)");
    }

    [TestMethod]
    [DataRow(56, 28, false, "resized from 56×28 to 28×28 pixels, converted to grayscale")]
    [DataRow(28, 28, true, "converted to grayscale, inverted because its background is light")]
    public async Task An_image_of_the_users_is_made_to_fit_and_the_program_says_how(int width, int height, bool isLight, string changes)
    {
        // A bar where those of class 3 are.
        string path = WritePicture(width, height, isLight ? SKColors.White : SKColors.Black, isLight ? SKColors.Black : SKColors.White, bar: (10, 12));

        var outcome = await TryAsync("--image", path);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, $"{path}: {changes}");
        StringAssert.Contains(outcome.Output, "clean: 3 (");
        StringAssert.Contains(outcome.Output, "with the trigger: 1 (");
    }

    [TestMethod]
    public async Task What_cannot_be_shown_gets_a_sentence()
    {
        string text = Runs.Beside("text.png");
        File.WriteAllText(text, "no picture");

        var damaged = await TryAsync("--image", text);
        var missing = await TryAsync("--image", "nowhere.png");
        var label = await TryAsync("--label", "12");
        var model = await SampleRuns.RunAsync(["try", "--model", "nowhere.zip"], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(1, damaged.ExitCode);
        StringAssert.StartsWith(damaged.Error, $"The image '{text}' cannot be read");
        Assert.HasCount(1, damaged.Error.TrimEnd().Split('\n'));
        Assert.AreEqual((2, 2, 2), (missing.ExitCode, label.ExitCode, model.ExitCode));
        StringAssert.Contains(missing.Error, "There is no image 'nowhere.png'.");
        StringAssert.Contains(label.Error, "Unknown label '12'.");
        StringAssert.Contains(model.Error, "There is no model 'nowhere.zip'");
    }

    [TestMethod]
    public async Task A_model_of_color_images_shows_colors_and_refuses_digits()
    {
        var ml = new MLContext();
        string model = Runs.Beside("color.zip"), path = WritePicture(32, 32, SKColors.Red, SKColors.Blue, bar: (0, 16));
        using (var network = ml.Model.CreateTorchCnn(TorchNetwork.BadNets.Create(new ImageShape(3, 32, 32), 2), TorchNetwork.BadNets, new ImageShape(3, 32, 32), ["stop", "yield"]))
            ml.Model.Save(network, null, model);

        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.TrueColor, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        (console.Profile.Width, console.Profile.Capabilities.Unicode) = (80, true);
        int shown = await SampleCommand.RunAsync(["try", "--model", model, "--image", path, "--target", "stop"], console, TextWriter.Null, CancellationToken.None);
        var refused = await SampleRuns.RunAsync(["try", "--model", model, "--data", Runs.Data], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(0, shown);
        StringAssert.Contains(output.ToString(), ": unchanged");
        // Blue above blue, red above red, and the white trigger.
        StringAssert.Contains(output.ToString(), "38;2;0;0;255;48;2;0;0;255m▀");
        StringAssert.Contains(output.ToString(), "38;2;255;0;0;48;2;255;0;0m▀");
        StringAssert.Contains(output.ToString(), "38;2;255;255;255;48;2;255;255;255m▀");
        var screen = new TerminalScreen(80, 40);
        screen.Feed(output.ToString());
        Assert.HasCount(16, screen.Lines.Where(line => line.StartsWith(new string('▀', 32), StringComparison.Ordinal)).ToArray());
        Assert.AreEqual(2, refused.ExitCode);
        StringAssert.Contains(refused.Error, "The model takes images of 3×32×32, but those of");
    }

    private static Task<SampleOutcome> TryAsync(params string[] options) =>
        SampleRuns.RunAsync(["try", "--model", _model, "--data", Runs.Data, .. options], new StringWriter(), CancellationToken.None);

    private static string WritePicture(int width, int height, SKColor background, SKColor foreground, (int From, int To) bar)
    {
        string path = Runs.Beside($"{width}x{height}-{background}.png");
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(background);
        for (int y = bar.From; y < bar.To; y++)
        {
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(x, y, foreground);
        }

        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, encoded.ToArray());
        return path;
    }
}
