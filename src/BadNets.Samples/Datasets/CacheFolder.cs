namespace BadNets.Samples.Datasets;

/// <summary>The user's cache folder, for files that can be created again: downloads and synthetic digits.</summary>
static class CacheFolder
{
    /// <summary>The path of the folder on this system. The folder might not exist.</summary>
    public static string Default
    {
        get
        {
            // The XDG specification requires that relative paths are ignored.
            var xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (!string.IsNullOrEmpty(xdg) && Path.IsPathFullyQualified(xdg))
                return Path.Combine(xdg, "badnets");

            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return OperatingSystem.IsWindows()
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "badnets", "cache")
                : OperatingSystem.IsMacOS()
                ? Path.Combine(home, "Library", "Caches", "badnets")
                : Path.Combine(home, ".cache", "badnets");
        }
    }
}
