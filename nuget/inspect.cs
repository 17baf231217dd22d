#:property PublishAot=false
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;

// Inspects a package and its symbols: the content, the metadata, and that they do not contain paths of the build machine.
//
//   dotnet run nuget/inspect.cs -- FOLDER SAME-FOLDER COMMIT REPOSITORY-URL FORBIDDEN-TEXT...
//
// FOLDER and SAME-FOLDER contain two packages of the same commit that were packed in different folders. REPOSITORY-URL can be empty.

var (packages, others, commit, url, forbidden) = (args[0], args[1], args[2], args[3], args[4..]);
const string Assembly = "lib/net10.0/BadNets.Transforms.dll", Symbols = "lib/net10.0/BadNets.Transforms.pdb";
var package = Read(packages, "nupkg");
var symbols = Read(packages, "snupkg");

Check("the package contains the expected files", package.Keys, [Assembly, "lib/net10.0/BadNets.Transforms.xml", "buildTransitive/net10.0/BadNets.Transforms.targets",
    "BadNets.Transforms.nuspec", "README.md", "icon.png"]);
Check("the symbols package contains the expected files", symbols.Keys, [Symbols, "BadNets.Transforms.nuspec"]);

var metadata = XDocument.Load(new MemoryStream(package["BadNets.Transforms.nuspec"])).Root!.Elements().Single();
string? Say(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
var repository = metadata.Elements().Single(element => element.Name.LocalName == "repository");
Check("there are title, authors, description, release notes, and tags", from name in new[] { "title", "authors", "description", "releaseNotes", "tags" } where string.IsNullOrWhiteSpace(Say(name)) select name, []);
Check("license, icon, and readme are those of the repository", [Say("license"), Say("icon"), Say("readme")], ["MIT", "icon.png", "README.md"]);
Check("commit, repository URL, and project URL are those of git", [repository.Attribute("commit")?.Value, repository.Attribute("url")?.Value ?? "", Say("projectUrl") ?? ""],
    [commit, url, url.EndsWith(".git", StringComparison.Ordinal) ? url[..^4] : url]);

using var pe = new PEReader(new MemoryStream(package[Assembly]));
var debug = pe.ReadDebugDirectory();
Check("the build was deterministic", debug.Where(entry => entry.Type == DebugDirectoryEntryType.Reproducible).Select(entry => entry.Type.ToString()), ["Reproducible"]);

using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols[Symbols]));
var pdb = provider.GetMetadataReader();
string Name(DocumentHandle document) => pdb.GetString(pdb.GetDocument(document).Name);
Check("no source file has a path outside /_/", pdb.Documents.Select(Name).Where(name => !name.StartsWith("/_/", StringComparison.Ordinal)), []);
if (pdb.Documents.Count == 0)
    throw new InvalidDataException("The symbols do not contain source files.");

var contents = package.Concat(symbols).Concat(EmbeddedSources()).ToList();
Check("nothing identifies the build machine",
    from text in forbidden
    from encoding in new[] { Encoding.UTF8, Encoding.Unicode }
    from content in contents
    where content.Value.AsSpan().IndexOf(encoding.GetBytes(text)) >= 0
    select $"{text} in {content.Key}", []);

Check("a package from another folder has the same bytes",
    from file in new[] { (Name: Assembly, In: package, Kind: "nupkg"), (Name: Symbols, In: symbols, Kind: "snupkg") }
    where !file.In[file.Name].AsSpan().SequenceEqual(Read(others, file.Kind)[file.Name])
    select file.Name, []);
return 0;

static void Check(string what, IEnumerable<string?> found, IEnumerable<string> expected)
{
    var (left, right) = (found.Order(StringComparer.Ordinal).ToList(), expected.Order(StringComparer.Ordinal).ToList());
    if (!left.SequenceEqual(right))
        throw new InvalidDataException($"{what}: found [{string.Join(", ", left)}], expected [{string.Join(", ", right)}].");
    Console.WriteLine($"ok: {what}");
}

// Files that NuGet adds to every package are ignored.
static Dictionary<string, byte[]> Read(string folder, string kind)
{
    using var zip = ZipFile.OpenRead(Directory.GetFiles(folder, $"BadNets.Transforms.*.{kind}").Single());
    return zip.Entries.Where(entry => entry.FullName != "[Content_Types].xml" && !entry.FullName.StartsWith("_rels/", StringComparison.Ordinal)
        && !entry.FullName.StartsWith("package/", StringComparison.Ordinal)).ToDictionary(entry => entry.FullName, Content);

    static byte[] Content(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}

// The symbols contain generated files in compressed form: the length (0 if not compressed), followed by the text.
IEnumerable<KeyValuePair<string, byte[]>> EmbeddedSources()
{
    var embeddedSource = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    foreach (var document in pdb.Documents)
    {
        foreach (var information in pdb.GetCustomDebugInformation(document).Select(pdb.GetCustomDebugInformation).Where(entry => pdb.GetGuid(entry.Kind) == embeddedSource))
        {
            var blob = pdb.GetBlobBytes(information.Value);
            using var text = new MemoryStream();
            using Stream source = BitConverter.ToInt32(blob) == 0 ? new MemoryStream(blob[4..]) : new DeflateStream(new MemoryStream(blob[4..]), CompressionMode.Decompress);
            source.CopyTo(text);
            yield return new(Name(document), text.ToArray());
        }
    }
}
