using System.Security.Cryptography;

namespace BadNets.Samples.Datasets;

/// <summary>An archive of a data set.</summary>
/// <param name="FileName">The name of the file, without its folder.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Sha256">The SHA-256 of the archive, in lowercase hexadecimal digits.</param>
sealed record KnownArchive(string FileName, long Length, string Sha256) : IDownloadable
{
    public long MostBytes => Length;

    public async Task<bool> IsContentOfAsync(Stream downloaded, CancellationToken cancellationToken) =>
        downloaded.Length == Length && Convert.ToHexStringLower(await SHA256.HashDataAsync(downloaded, cancellationToken)) == Sha256;
}
