using System.Text.Json;
using System.Text.Json.Serialization;

namespace BadNets.Samples.Running;

/// <summary>What is kept of a training beside its checkpoint: its settings, its numbers so far, and where these came from.</summary>
/// <param name="Format">The version of this format.</param>
/// <param name="Settings">All that decides the numbers, by name.</param>
/// <param name="Runs">The runs that have the training's numbers in their CSV files.</param>
/// <param name="Machine">Where the last epoch was trained.</param>
/// <param name="Epochs">The finished epochs, in order.</param>
sealed record TrainingRecord(
    int Format, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<string> Runs, Machine Machine, IReadOnlyList<EpochResult> Epochs)
{
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <returns>The record, or null where there is none.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static TrainingRecord? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var record = JsonSerializer.Deserialize<TrainingRecord>(File.ReadAllBytes(path), Json);
            if (record is not { Format: CurrentFormat } || record.Epochs.Where((epoch, index) => epoch?.Epoch != index).Any())
                throw new InvalidDataException($"'{path}' is not a training record of this version; start again with --fresh, which forgets it.");
            foreach (var epoch in record.Epochs)
            {
                if (epoch.FindFault() is { } fault)
                    throw new InvalidDataException(FormattableString.Invariant($"The training record '{path}' is damaged: in epoch {epoch.Epoch} {fault}; start again with --fresh, which forgets it."));
            }

            if (Impossible.UnlessAtLeast("cores", record.Machine.Cores, 1) is { } machineFault)
                throw new InvalidDataException($"The training record '{path}' is damaged: {machineFault}; start again with --fresh, which forgets it.");
            return record;
        }
        catch (JsonException damage)
        {
            throw new InvalidDataException($"The training record '{path}' is damaged; start again with --fresh, which forgets it.", damage);
        }
    }

    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));
}
