namespace BadNets.Samples.Datasets;

/// <summary>The user's folder for what can be had again: downloads and drawn digits.</summary>
static class CacheFolder
{
    /// <summary>Where it is on this system, whether or not it exists.</summary>
    public static string Default
    {
        get
        {
            // The XDG specification has relative paths ignored.
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
