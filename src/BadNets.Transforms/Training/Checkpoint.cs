using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>The file that stores the state of a training run between two epochs, so that it can continue as if it had not been interrupted.</summary>
sealed class Checkpoint(string path, string settings)
{
    private const string Magic = "BadNets.Transforms checkpoint 2";

    // In version 0.1, TorchSharp wrote the state of the optimizer in its own format.
    private const string OldMagic = "BadNets.Transforms checkpoint 1";

    /// <summary>Restores the state that the file contains.</summary>
    /// <returns>True if the file exists.</returns>
    /// <exception cref="InvalidOperationException">The file is from a training run with different settings.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder for the file does not exist.</exception>
    public bool TryRestore(nn.Module<Tensor, Tensor> network, Optimizer optimizer, LoaderOrder order, out int nextEpoch)
    {
        nextEpoch = 0;
        if (!File.Exists(path))
        {
            // Reported now instead of after the first epoch.
            return Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))
                ? false
                : throw new DirectoryNotFoundException($"The folder of the checkpoint '{path}' does not exist. Create it first.");
        }

        var content = File.ReadAllBytes(path);
        if (content.Length < SHA256.HashSizeInBytes
            || !SHA256.HashData(content.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(content.AsSpan(0, SHA256.HashSizeInBytes)))
            throw new InvalidDataException($"The checkpoint '{path}' is damaged. Delete the file to train from the start.");

        try
        {
            using var reader = new BinaryReader(new MemoryStream(content, SHA256.HashSizeInBytes, content.Length - SHA256.HashSizeInBytes));
            var texts = new ModelReader(reader);
            string magic = texts.ReadText();
            bool isReadable = magic == Magic || magic == OldMagic && !optimizer.HasState;
            if (!isReadable)
                throw new InvalidDataException("it was written by another version");
            string found = texts.ReadText();
            if (found != settings && found != TrainingSettings.WithoutStructure(settings))
                throw new InvalidOperationException($"The checkpoint '{path}' is from a training run with different settings ({FirstDifference(found)}). Delete the file, or use another path.");

            nextEpoch = reader.ReadInt32();
            if (nextEpoch < 0)
                throw new InvalidDataException($"its next epoch is {nextEpoch}");
            order.State = reader.ReadBytes(texts.ReadCount(1));
            NamedTensors.Read(reader, network.state_dict());
            if (magic == Magic)
            {
                optimizer.Load(reader);
                if (reader.BaseStream.Position != reader.BaseStream.Length)
                    throw new InvalidDataException("it is longer than it should be");
            }

            return true;
        }
        catch (Exception damage) when (damage is not (OutOfMemoryException or InvalidOperationException))
        {
            throw new InvalidDataException($"The checkpoint '{path}' cannot be read ({damage.Message.Split('\n')[0].Trim()}). Delete the file to train from the start.", damage);
        }
    }

    /// <summary>Writes the state to a temporary file and then replaces the checkpoint with it, so that the checkpoint is always complete.</summary>
    public void Save(nn.Module<Tensor, Tensor> network, Optimizer optimizer, LoaderOrder order, int nextEpoch)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(Magic);
        writer.Write(settings);
        writer.Write(nextEpoch);
        var state = order.State;
        writer.Write(state.Length);
        writer.Write(state);
        NamedTensors.Write(writer, network.state_dict());
        optimizer.Save(writer);
        writer.Flush();

        var content = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        string temporary = path + ".new";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(SHA256.HashData(content));
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            // If the disk is full, an incomplete file would keep it full.
            File.Delete(temporary);
            throw;
        }
    }

    private string FirstDifference(string found)
    {
        string[] theirs = found.Split('\n'), ours = settings.Split('\n');
        return (theirs.Except(ours).FirstOrDefault(), ours.Except(theirs).FirstOrDefault()) switch
        {
            ({ } there, { } here) => $"checkpoint: {there}; this run: {here}",
            ({ } there, null) => $"only in the checkpoint: {there}",
            (null, { } here) => $"only in this run: {here}",
            _ => "its description differs",
        };
    }
}
