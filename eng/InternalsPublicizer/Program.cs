using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

// Writes copies of assemblies in which internal types and members are visible to the compiler. Only the visibility bits in the metadata tables
// are changed. At run time, the original assemblies are loaded. See docs/decisions/mlnet-internals.md for the reasons.
//
//   InternalsPublicizer OUTPUT-FOLDER ASSEMBLY...

if (args.Length < 2)
{
    Console.Error.WriteLine("Usage: InternalsPublicizer OUTPUT-FOLDER ASSEMBLY...");
    return 2;
}

Directory.CreateDirectory(args[0]);
foreach (var path in args.Skip(1))
    File.WriteAllBytes(Path.Combine(args[0], Path.GetFileName(path)), Publicize(File.ReadAllBytes(path)));
return 0;

static byte[] Publicize(byte[] image)
{
    using var pe = new PEReader(new MemoryStream(image.ToArray()));
    var metadata = pe.GetMetadataReader();
    int start = pe.PEHeaders.MetadataStartOffset;

    // Column offsets: ECMA-335 II.22. TypeDef.Flags is the first column (4 bytes), MethodDef.Flags follows RVA and ImplFlags, Field.Flags is first.
    foreach (var handle in metadata.TypeDefinitions)
    {
        var span = Row(TableIndex.TypeDef, MetadataTokens.GetRowNumber(handle));
        var flags = (TypeAttributes)BinaryPrimitives.ReadUInt32LittleEndian(span);
        BinaryPrimitives.WriteUInt32LittleEndian(span, (uint)Open(flags));
    }

    foreach (var handle in metadata.MethodDefinitions)
    {
        var span = Row(TableIndex.MethodDef, MetadataTokens.GetRowNumber(handle))[6..];
        var flags = (MethodAttributes)BinaryPrimitives.ReadUInt16LittleEndian(span);
        BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)((flags & ~MethodAttributes.MemberAccessMask) | OpenAccess(flags & MethodAttributes.MemberAccessMask)));
    }

    foreach (var handle in metadata.FieldDefinitions)
    {
        var span = Row(TableIndex.Field, MetadataTokens.GetRowNumber(handle));
        var flags = (FieldAttributes)BinaryPrimitives.ReadUInt16LittleEndian(span);
        var access = OpenAccess((MethodAttributes)(flags & FieldAttributes.FieldAccessMask));
        BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)((flags & ~FieldAttributes.FieldAccessMask) | (FieldAttributes)access));
    }

    return image;

    Span<byte> Row(TableIndex table, int row) =>
        image.AsSpan(start + metadata.GetTableMetadataOffset(table) + (row - 1) * metadata.GetTableRowSize(table));
}

// Private and internal types become public, including nested ones.
static TypeAttributes Open(TypeAttributes flags) =>
    (flags & ~TypeAttributes.VisibilityMask) |
    ((flags & TypeAttributes.VisibilityMask) <= TypeAttributes.Public ? TypeAttributes.Public : TypeAttributes.NestedPublic);

// internal → public, private protected and protected internal → protected; private stays private. Fields and methods share these values.
// "private protected" must not become public, because overrides have the same accessibility and must not be part of the public API.
static MethodAttributes OpenAccess(MethodAttributes access) => access switch
{
    MethodAttributes.Assembly => MethodAttributes.Public,
    MethodAttributes.FamANDAssem => MethodAttributes.Family,
    _ => access,
};
