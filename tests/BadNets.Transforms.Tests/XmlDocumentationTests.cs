using System.Xml.Linq;

namespace BadNets.Transforms.Tests;

/// <summary>The rendering of the library's XML comments by documentation tools.</summary>
[TestClass]
public sealed class XmlDocumentationTests
{
    private static readonly XText[] Tables =
    [
        .. XDocument.Load(Path.ChangeExtension(typeof(Trigger).Assembly.Location, ".xml")).DescendantNodes().OfType<XText>()
            .Where(text => text.Value.Split('\n').Any(line => line.TrimStart().StartsWith("| --", StringComparison.Ordinal))),
    ];

    // Otherwise, docfx and learn.microsoft.com show the bars and dashes.
    [TestMethod]
    public void Every_table_is_marked_as_Markdown()
    {
        Assert.IsNotEmpty(Tables);
        foreach (var table in Tables)
        {
            Assert.IsInstanceOfType<XCData>(table, table.Value);
            Assert.AreEqual("format", table.Parent!.Name.LocalName, table.Value);
            Assert.AreEqual("text/markdown", table.Parent.Attribute("type")?.Value);
        }
    }

    [TestMethod]
    public void Tables_refer_to_types_as_Markdown_does()
    {
        foreach (var table in Tables)
        {
            Assert.DoesNotContain("<see", table.Value);
            Assert.DoesNotContain("<c>", table.Value);
        }
    }
}
