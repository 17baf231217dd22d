using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>The header that each component of the library writes at the start of its part of an ML.NET model file.</summary>
static class ModelFormat
{
    /// <summary>The first version of every component's format. All later versions still read it.</summary>
    public const uint First = 0x00010001;

    /// <summary>Describes a component's format.</summary>
    /// <param name="modelSignature">The component's name in the file: 8 characters.</param>
    /// <param name="loaderSignature">The name by which ML.NET finds the component: at most 24 characters.</param>
    /// <param name="version">The version that the component writes. It increases with every change of the format.</param>
    public static VersionInfo Version(string modelSignature, string loaderSignature, uint version = First) => new(
        modelSignature: modelSignature,
        verWrittenCur: version,
        verReadableCur: version,
        verWeCanReadBack: First,
        loaderSignature: loaderSignature,
        loaderAssemblyName: typeof(ModelFormat).Assembly.FullName);

    public static void WriteHeader(this ModelSaveContext context, VersionInfo version)
    {
        context.CheckAtModel();
        context.SetVersionInfo(version);
    }

    /// <summary>Checks that a component can be read.</summary>
    /// <returns>The version of the format in which the component was written.</returns>
    /// <exception cref="InvalidDataException">The component was written by a newer version.</exception>
    public static uint CheckVersion(this ModelLoadContext context, VersionInfo newest)
    {
        if (context.Header.ModelSignature == newest.ModelSignature && context.Header.ModelVerReadable > newest.VerWrittenCur)
        {
            throw new InvalidDataException(
                $"The component '{newest.LoaderSignature}' of this model was written by a newer version of BadNets.Transforms. Update the package to load the model.");
        }

        context.CheckAtModel(newest);
        return context.Header.ModelVerWritten;
    }
}
