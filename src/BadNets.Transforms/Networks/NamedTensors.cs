using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Stores named tensors as plain bytes: the number of tensors, and for each tensor, its name, element type, number of dimensions, dimensions, and
/// elements. All numbers are little-endian.
/// </summary>
static class NamedTensors
{
    public static void Write(BinaryWriter writer, IReadOnlyDictionary<string, Tensor> tensors)
    {
        writer.Write(tensors.Count);
        foreach (var (name, tensor) in tensors)
        {
            using var plain = tensor.detach().cpu().contiguous();
            writer.Write(name);
            writer.Write((byte)plain.dtype);
            writer.Write((byte)plain.shape.Length);
            foreach (long size in plain.shape)
                writer.Write(size);
            writer.Write(plain.bytes);
        }
    }

    /// <summary>
    /// Reads into existing tensors. The file must contain exactly these tensors, so no memory is allocated for sizes that the file claims.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The tensors in the file differ from those of the network in name, type, or shape, or the file ends too early.
    /// </exception>
    public static void Read(BinaryReader reader, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var texts = new ModelReader(reader);
        int count = reader.ReadInt32();
        if (count != tensors.Count)
            throw new InvalidDataException($"The file has {count} weight tensors, but the network has {tensors.Count}.");

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string name = texts.ReadText();
            if (!tensors.TryGetValue(name, out var tensor) || !seen.Add(name))
                throw new InvalidDataException($"The file has a weight tensor '{name}' that the network does not have, or has it twice.");
            var type = (ScalarType)reader.ReadByte();
            var shape = new long[reader.ReadByte()];
            for (int d = 0; d < shape.Length; d++)
                shape[d] = reader.ReadInt64();
            if (type != tensor.dtype || !shape.AsSpan().SequenceEqual(tensor.shape))
                throw new InvalidDataException($"The weight tensor '{name}' has type {type} and shape {string.Join('×', shape)} in the file, but type {tensor.dtype} and shape {string.Join('×', tensor.shape)} in the network.");

            using var noGradients = no_grad();
            using var plain = empty(shape, dtype: type);
            reader.BaseStream.ReadExactly(plain.bytes);
            tensor.copy_(plain);
        }
    }
}
