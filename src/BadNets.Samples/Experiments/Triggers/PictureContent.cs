using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>Pictures in cells: the content of a file, in base64.</summary>
static class PictureContent
{
    /// <returns>The content.</returns>
    /// <exception cref="UsageException">It is not base64.</exception>
    public static string Check(string content)
    {
        if (content.Length == 0 || !Convert.TryFromBase64String(content, new byte[content.Length], out _))
            throw new UsageException("A picture must be the content of a file in base64. To name a file, use 'file' instead of 'picture'.");
        return content;
    }

    /// <summary>Uses a picture as a file, which exists only during the call, because the library reads pictures from files.</summary>
    /// <exception cref="InvalidDataException">It is not a picture.</exception>
    public static T Use<T>(string content, Func<string, T> use)
    {
        string folder = Directory.CreateTempSubdirectory("badnets-").FullName, path = Path.Combine(folder, "picture");
        try
        {
            File.WriteAllBytes(path, Convert.FromBase64String(content));
            return use(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
