using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace BadNets.Transforms.Tests.Native;

/// <summary>
/// Reads which methods the methods of an assembly call from its instructions. Methods are named <c>Namespace.Type::Name(parameter types)</c>.
/// </summary>
sealed class AssemblyCalls
{
    private static readonly FrozenDictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToFrozenDictionary(code => (int)(ushort)code.Value);

    private readonly MetadataReader _metadata;
    private readonly Dictionary<string, HashSet<string>> _calls = [];

    public AssemblyCalls(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        _metadata = file.GetMetadataReader();
        foreach (var handle in _metadata.MethodDefinitions)
        {
            int address = _metadata.GetMethodDefinition(handle).RelativeVirtualAddress;
            if (!_calls.TryGetValue(NameOf(handle)!, out var called))
                _calls.Add(NameOf(handle)!, called = []);
            if (address != 0)
                called.UnionWith(ReadTokens(file.GetMethodBody(address).GetILBytes()!).Select(NameOf).OfType<string>());
        }
    }

    /// <summary>Returns every method with the methods that it directly calls or takes the address of.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Methods => _calls;

    /// <summary>Returns the methods that call one of the roots, directly or through other methods of this assembly.</summary>
    public HashSet<string> FindCallersOf(Func<string, bool> isRoot)
    {
        var found = _calls.Where(method => method.Value.Any(isRoot)).Select(method => method.Key).ToHashSet();
        int before;
        do
        {
            before = found.Count;
            found.UnionWith(_calls.Where(method => method.Value.Overlaps(found)).Select(method => method.Key).ToArray());
        }
        while (found.Count > before);
        return found;
    }

    private static IEnumerable<EntityHandle> ReadTokens(byte[] instructions)
    {
        for (int at = 0; at < instructions.Length;)
        {
            int value = instructions[at++];
            if (value == 0xfe)
                value = value << 8 | instructions[at++];
            var operand = OpCodesByValue[value].OperandType;
            if (operand is OperandType.InlineMethod or OperandType.InlineTok)
                yield return MetadataTokens.EntityHandle(BitConverter.ToInt32(instructions, at));
            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(instructions, at),
                _ => 4,
            };
        }
    }

    private string? NameOf(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodDefinition:
                var definition = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                return Format(definition.GetDeclaringType(), definition.Name, definition.DecodeSignature(TypeNames.Instance, null));
            case HandleKind.MemberReference when _metadata.GetMemberReference((MemberReferenceHandle)handle) is var member && member.GetKind() == MemberReferenceKind.Method:
                return Format(member.Parent, member.Name, member.DecodeMethodSignature(TypeNames.Instance, null));
            case HandleKind.MethodSpecification:
                return NameOf(_metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method);
            default:
                return null;
        }
    }

    private string Format(EntityHandle type, StringHandle name, MethodSignature<string> signature) =>
        $"{TypeNames.Of(_metadata, type)}::{_metadata.GetString(name)}({string.Join(", ", signature.ParameterTypes)})";

    private sealed class TypeNames : ISignatureTypeProvider<string, object?>
    {
        public static readonly TypeNames Instance = new();

        public static string Of(MetadataReader reader, EntityHandle handle) => handle.Kind switch
        {
            HandleKind.TypeDefinition => Instance.GetTypeFromDefinition(reader, (TypeDefinitionHandle)handle, 0),
            HandleKind.TypeReference => Instance.GetTypeFromReference(reader, (TypeReferenceHandle)handle, 0),
            HandleKind.TypeSpecification => Instance.GetTypeFromSpecification(reader, null, (TypeSpecificationHandle)handle, 0),
            _ => handle.Kind.ToString(),
        };

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            var type = reader.GetTypeDefinition(handle);
            return Qualify(reader, type.GetDeclaringType().IsNil ? null : GetTypeFromDefinition(reader, type.GetDeclaringType(), 0), type.Namespace, type.Name);
        }

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var type = reader.GetTypeReference(handle);
            return Qualify(reader, type.ResolutionScope.Kind == HandleKind.TypeReference ? Of(reader, type.ResolutionScope) : null, type.Namespace, type.Name);
        }

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public string GetArrayType(string elementType, ArrayShape shape) => elementType + "[,]";

        public string GetByReferenceType(string elementType) => elementType + "&";

        public string GetFunctionPointerType(MethodSignature<string> signature) => "delegate*";

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(", ", typeArguments)}>";

        public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

        public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetPinnedType(string elementType) => elementType;

        public string GetPointerType(string elementType) => elementType + "*";

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetSZArrayType(string elementType) => elementType + "[]";

        private static string Qualify(MetadataReader reader, string? outer, StringHandle space, StringHandle name) =>
            outer is null ? $"{reader.GetString(space)}.{reader.GetString(name)}" : $"{outer}.{reader.GetString(name)}";
    }
}
