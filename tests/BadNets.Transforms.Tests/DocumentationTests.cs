using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BadNets.Transforms.Tests;

/// <summary>Compiles and runs every C# example of the README and of docs/ unchanged, in a folder with small IDX files.</summary>
[TestClass]
[DoNotParallelize]
public sealed partial class DocumentationTests
{
    // Examples that do not begin with a "using" directive continue the first example of the page.
    public static IEnumerable<object[]> Examples =>
        from page in Pages()
        let blocks = CSharpBlock().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(match => match.Groups[1].Value).ToArray()
        from index in Enumerable.Range(0, blocks.Length)
        select new object[] { page, index, blocks[index].StartsWith("using ", StringComparison.Ordinal) ? blocks[index] : blocks[0] + blocks[index] };

    [TestMethod]
    [DynamicData(nameof(Examples))]
    public void Example_compiles_and_runs(string page, int index, string code)
    {
        using var folder = new TemporaryFolder();
        WriteSmallDigits(folder);
        WriteSmallPictures(folder);
        WriteSmallCifar(folder);
        string previous = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder[""];
        try
        {
            Compile(page, code).EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Environment.CurrentDirectory = previous;
        }
    }

    // In a project, as no notebook kernel is at hand: its cells one after the other, without the lines that only a notebook understands.
    [TestMethod]
    public void Notebook_compiles_and_runs()
    {
        using var notebook = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "examples", "backdoor.ipynb")));
        var cells = notebook.RootElement.GetProperty("cells").EnumerateArray().Where(cell => cell.GetProperty("cell_type").GetString() == "code");
        var lines = cells.SelectMany(cell => cell.GetProperty("source").EnumerateArray().Select(line => line.GetString()!).Append("\n"));

        Example_compiles_and_runs("backdoor.ipynb", 0, string.Concat(lines.Where(line => !line.StartsWith('#'))));
    }

    [TestMethod]
    public void Package_readme_has_the_example_of_the_README()
    {
        string Example(string page) => CSharpBlock().Match(File.ReadAllText(Path.Combine(Root, page))).Groups[1].Value;

        Assert.AreEqual(Example("README.md"), Example("nuget/README.md"));
    }

    // Ten classes of 28×28 images, with a bright bar at a different position for each class.
    private static void WriteSmallDigits(TemporaryFolder folder)
    {
        foreach (var (name, rows) in new[] { ("train", 300), ("t10k", 50) })
        {
            var images = new byte[rows * 784];
            var labels = new byte[rows];
            for (int row = 0; row < rows; row++)
            {
                labels[row] = (byte)(row % 10);
                images.AsSpan(row * 784 + labels[row] * 56, 56).Fill(200);
            }

            folder.Write($"{name}-images-idx3-ubyte.gz", Gzip([0, 0, 8, 3, 0, 0, (byte)(rows >> 8), (byte)rows, 0, 0, 0, 28, 0, 0, 0, 28, .. images]));
            folder.Write($"{name}-labels-idx1-ubyte.gz", Gzip([0, 0, 8, 1, 0, 0, (byte)(rows >> 8), (byte)rows, .. labels]));
        }
    }

    // A dark class and a bright class, with one folder each.
    private static void WriteSmallPictures(TemporaryFolder folder)
    {
        for (int i = 0; i < 40; i++)
        {
            string animal = i % 2 == 0 ? "cat" : "dog";
            byte[] pixels = new byte[4 * 40 * 40];
            pixels.AsSpan().Fill((byte)(animal == "cat" ? 40 + i : 160 + i));
            using var image = MLImage.CreateFromPixels(40, 40, MLPixelFormat.Bgra32, pixels);
            foreach (string parent in (string[])["pictures", "photos/train", "photos/test"])
            {
                Directory.CreateDirectory(folder[$"{parent}/{animal}"]);
                image.Save(folder[$"{parent}/{animal}/{i}.png"]);
            }
        }
    }

    // Black images of the first class.
    private static void WriteSmallCifar(TemporaryFolder folder)
    {
        foreach (string name in (string[])["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"])
            folder.Write($"{name}.bin", new byte[4 * 3073]);
        folder.Write("train.bin", new byte[4 * 3074]);
        File.WriteAllText(folder["batches.meta.txt"], "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
    }

    private static byte[] Gzip(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(content);
        return compressed.ToArray();
    }

    internal static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "BadNets.MLNet.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The tests are not inside the repository.");
        return folder;
    }

    private static IEnumerable<string> Pages() =>
        Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(page => Path.GetRelativePath(Root, page)).Prepend("README.md");

    private static Assembly Compile(string page, string code)
    {
        // The implicit usings of an SDK project.
        const string ImplicitUsings =
            "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading;";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(assembly => MetadataReference.CreateFromFile(assembly));
        var compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(page) + Guid.NewGuid().ToString("N"),
            [CSharpSyntaxTree.ParseText(code), CSharpSyntaxTree.ParseText(ImplicitUsings)],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.IsTrue(result.Success, string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        return Assembly.Load(image.ToArray());
    }

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();
}
