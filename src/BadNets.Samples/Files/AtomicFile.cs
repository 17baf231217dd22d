using System.Text;

namespace BadNets.Samples.Files;

/// <summary>
/// Writes files atomically: first under a temporary name, and then in place of the old file, so that there is always a complete file.
/// </summary>
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
