using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>What all our components write at the head of their part of an ML.NET model file.</summary>
static class ModelFormat
{
    public static VersionInfo Version(string modelSignature, string loaderSignature) => new(
        modelSignature: modelSignature,
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: loaderSignature,
        loaderAssemblyName: typeof(ModelFormat).Assembly.FullName);

    public static void WriteHeader(this ModelSaveContext context, VersionInfo version)
    {
        context.CheckAtModel();
        context.SetVersionInfo(version);
    }
}
