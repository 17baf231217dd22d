using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>
/// Checks ML.NET's headers in a model file, which make ML.NET load assemblies and allocate lists before it reads any data. A file can name only known
/// assemblies.
/// </summary>
sealed class ModelHeaders
{
    private const int MostHeaders = 64;
    private const int MostSteps = 4096;
    private const string CustomTransformer = "CustomTransformer";
    private const string MlNet = "Microsoft.ML";

    private static readonly byte[] Signature = BitConverter.GetBytes(ModelHeader.SignatureValue);

    private readonly HashSet<string> _assemblies;

    public ModelHeaders(ComponentCatalog catalog)
    {
        lock (LockOf(catalog))
            _assemblies = [.. RegisteredIn(catalog).Select(name => new AssemblyName(name).Name!)];
        _assemblies.Add(typeof(ModelHeaders).Assembly.GetName().Name!);
    }

    /// <summary>Checks all headers in an entry.</summary>
    /// <exception cref="InvalidDataException">
    /// A header names an assembly that is not part of ML.NET or this library and is not registered.
    /// </exception>
    public void Check(byte[] content)
    {
        int count = 0;
        for (int at = 0; content.AsSpan(at).IndexOf(Signature) is >= 0 and var distance; at += distance + 1)
        {
            if (++count > MostHeaders)
                throw new InvalidDataException($"It is damaged: one of its parts has more than {MostHeaders} headers.");
            try
            {
                CheckHeader(content, at + distance);
            }
            catch (Exception failure) when (at + distance > 0 && failure is (FormatException or EndOfStreamException))
            {
                // The signature occurs in data by chance. ML.NET could not read that header either.
            }
        }
    }

    private void CheckHeader(byte[] content, int at)
    {
        using var reader = new BinaryReader(new EntryStream(content));
        reader.BaseStream.Position = at;
        ModelHeader.BeginRead(out _, out var header, out string[]? strings, out string? assembly, reader);
        if (!string.IsNullOrEmpty(assembly))
            CheckAssembly(assembly);
        foreach (string name in (string[])[ModelHeader.GetLoaderSig(ref header), ModelHeader.GetLoaderSigAlt(ref header)])
        {
            // ML.NET also ignores whitespace and case.
            reader.BaseStream.Position = at + header.FpModel;
            string kind = name.Trim();
            if (kind.Equals(TransformerChain.LoaderSignature, StringComparison.OrdinalIgnoreCase) && reader.ReadUInt32() > MostSteps)
                throw new InvalidDataException($"It is damaged: its header specifies a chain with more than {MostSteps} steps.");

            // The contract name of the function, followed by the name of its assembly.
            if (kind.Equals(CustomTransformer, StringComparison.OrdinalIgnoreCase))
            {
                reader.ReadInt32();
                CheckAssembly(strings is not null && reader.ReadInt32() is var text && text >= 0 && text < strings.Length ? strings[text] : "");
            }
        }
    }

    private void CheckAssembly(string fullName)
    {
        AssemblyName name;
        try
        {
            name = new AssemblyName(fullName);
        }
        catch (Exception error) when (error is FileLoadException or ArgumentException or System.Globalization.CultureNotFoundException)
        {
            throw new InvalidDataException("It is damaged: the name of an assembly in it is not valid.", error);
        }

        bool isKnown = string.IsNullOrEmpty(name.CultureName) && name.ContentType == AssemblyContentType.Default
            && (name.Name is MlNet || name.Name!.StartsWith(MlNet + ".", StringComparison.Ordinal) || _assemblies.Contains(name.Name));
        if (!isKnown)
        {
            throw new InvalidDataException(
                $"It needs code from the assembly '{name.Name}'. If you trust the file, call ComponentCatalog.RegisterAssembly on the MLContext with that assembly first.");
        }
    }

    // ML.NET has no public API that lists the registered assemblies.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_cachedAssemblies")]
    private static extern ref HashSet<string> RegisteredIn(ComponentCatalog catalog);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_lock")]
    private static extern ref object LockOf(ComponentCatalog catalog);
}
