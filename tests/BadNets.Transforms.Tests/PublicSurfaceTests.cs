using System.Reflection;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class PublicSurfaceTests
{
    private static readonly Assembly Library = typeof(Trigger).Assembly;

    [TestMethod]
    public void No_visible_member_mentions_a_type_that_is_not_public()
    {
        var hidden = Library.GetExportedTypes().SelectMany(type => Mentioned(type).Where(each => !IsVisible(each.Type)).Select(each => $"{type.Name}.{each.Member}: {each.Type}"));
        Assert.AreEqual("", string.Join('\n', hidden));
    }

    // The library is compiled against copies in which this type is public. At run time, its overrides must match the original.
    [TestMethod]
    public void Every_type_of_the_library_loads_against_the_real_assemblies()
    {
        foreach (var type in Library.GetTypes())
        {
            _ = type.GetMembers(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic);
        }

        Assert.IsFalse(Type.GetType("Microsoft.ML.ModelLoadContext, Microsoft.ML.Core", throwOnError: true)!.IsPublic);
    }

    [TestMethod]
    public void Public_types_live_in_the_library_s_namespace_or_extend_ML_NET_s_catalogs()
    {
        foreach (var type in Library.GetExportedTypes())
            Assert.AreEqual(type is { IsAbstract: true, IsSealed: true } ? "Microsoft.ML" : "BadNets.Transforms", type.Namespace, type.Name);
    }

    [TestMethod]
    public void Only_extensible_types_are_not_sealed()
    {
        CollectionAssert.AreEquivalent(
            new[] { typeof(Trigger), typeof(TriggerStamp), typeof(LabelMapping) }, Library.GetExportedTypes().Where(type => !type.IsSealed).ToArray());
    }

    private static IEnumerable<(string Member, Type Type)> Mentioned(Type type)
    {
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        if (type.BaseType is { } parent)
            yield return ("base", parent);
        foreach (var contract in type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []))
            yield return ("interface", contract);
        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || IsInherited(type, field.IsFamily || field.IsFamilyOrAssembly)))
            yield return (field.Name, field.FieldType);
        foreach (var method in type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)))
        {
            if (!method.IsPublic && !IsInherited(type, method.IsFamily || method.IsFamilyOrAssembly))
                continue;
            if (method is MethodInfo { ReturnType: var returned })
                yield return (method.Name, returned);
            foreach (var parameter in method.GetParameters())
                yield return (method.Name, parameter.ParameterType);
        }

        foreach (var attribute in type.GetCustomAttributesData())
        {
            if (!attribute.AttributeType.Namespace!.StartsWith("System.Runtime.CompilerServices", StringComparison.Ordinal))
                yield return ("attribute", attribute.AttributeType);
        }
    }

    // A protected member of a sealed class is not accessible.
    private static bool IsInherited(Type type, bool isProtected) => isProtected && !type.IsSealed;

    private static bool IsVisible(Type type) => type.IsGenericParameter
        || (type.HasElementType ? IsVisible(type.GetElementType()!) : type.IsVisible && type.GetGenericArguments().All(IsVisible));
}
