using System.Text.Json;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>The content of cell.json.</summary>
/// <param name="Format">The version of the format of results.</param>
/// <param name="Cell">The cell.</param>
/// <param name="Machine">The machine that trained the last epoch.</param>
sealed record CellDescription(int Format, Cell Cell, Machine Machine)
{
    public const int CurrentFormat = 2;

    /// <returns>The description, or null if there is none.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or a newer version wrote it.</exception>
    public static CellDescription? Read(CellFolder folder) => Read(folder, description =>
        Path.GetFileName(folder.Path) == description.Cell.Id ? null : $"it describes the cell '{description.Cell.Id}'");

    /// <summary>Reads the description beside a model, in any folder.</summary>
    /// <returns>The description, or null if there is none.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or a newer version wrote it.</exception>
    public static CellDescription? ReadBeside(string model) => Read(new CellFolder(Path.GetDirectoryName(Path.GetFullPath(model))!), _ => null);

    private static CellDescription? Read(CellFolder folder, Func<CellDescription, string?> findFault)
    {
        if (SharedFile.ReadBytes(folder.Description) is not { } content)
            return null;
        try
        {
            var description = CellJson.Read<CellDescription>(content);
            string? fault = description.Format != CurrentFormat ? FormattableString.Invariant($"its format is {description.Format}, but this version reads {CurrentFormat}")
                : findFault(description) ?? Impossible.UnlessAtLeast("cores", description.Machine.Cores, 1);
            return fault is null ? description : throw Damaged(folder, fault, null);
        }
        catch (Exception fault) when (fault is JsonException or UsageException)
        {
            throw Damaged(folder, CellJson.Explain(fault).TrimEnd('.'), fault);
        }
    }

    public void Write(CellFolder folder) => AtomicFile.Write(folder.Description, stream => JsonSerializer.Serialize(stream, this, CellJson.Options));

    private static InvalidDataException Damaged(CellFolder folder, string fault, Exception? cause) =>
        new($"'{folder.Description}' cannot be read: {fault}. Delete the folder '{folder.Path}' to train the network again.", cause);
}
