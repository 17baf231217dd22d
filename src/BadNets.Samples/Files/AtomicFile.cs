using System.Text;

namespace BadNets.Samples.Files;

/// <summary>Writes files so that there is always a complete one: under a temporary name first, and then in place of the old file.</summary>
static class AtomicFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static void Write(string path, Action<Stream> write)
    {
        using var pending = new PendingFile(path);
        write(pending.Stream);
        pending.Complete();
    }

    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Utf8.GetBytes(text)));
}
