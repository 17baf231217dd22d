using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>Loads the transformers of an untrusted model file. Does not read the schema in the file.</summary>
sealed class CheckedModel
{
    private const string StepFile = "Model.key";

    // ML.NET itself decompresses and reads the sub-models of a step, and a damaged sub-model can keep it busy for hours. The limit applies to the
    // processor time of this process, because even a valid model takes long on a busy machine.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan TimePerMebibyte = TimeSpan.FromSeconds(1);

    private static readonly VersionInfo ChainVersion = new(
        modelSignature: "XF CHAIN", verWrittenCur: 0x00010001, verReadableCur: 0x00010001, verWeCanReadBack: 0x00010001,
        loaderSignature: TransformerChain.LoaderSignature,
        loaderAssemblyName: typeof(TransformerChain).Assembly.FullName);

    private readonly IHostEnvironment _env;
    private readonly Dictionary<string, byte[]> _contents;
    private readonly RepositoryReader _subModels;

    private CheckedModel(IHostEnvironment env, Dictionary<string, byte[]> contents, RepositoryReader subModels)
    {
        _env = env;
        _contents = contents;
        _subModels = subModels;
    }

    /// <summary>Loads a model.</summary>
    /// <param name="env">The environment.</param>
    /// <param name="stream">The file, as a readable and seekable stream.</param>
    /// <param name="source">The name of the file in error messages.</param>
    /// <exception cref="InvalidDataException">The file cannot be loaded. The message states the reason.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    public static ITransformer Load(IHostEnvironment env, Stream stream, string source)
    {
        Dictionary<string, byte[]> contents;
        try
        {
            contents = ModelArchive.Read(stream);
        }
        catch (Exception failure) when (failure is not IOException or EndOfStreamException)
        {
            throw Unloadable(source, failure);
        }

        try
        {
            return Load(env, contents);
        }
        catch (Exception failure) when (Unwrap(failure) is not DllNotFoundException)
        {
            throw Unloadable(source, failure);
        }
        catch (Exception failure)
        {
            ExceptionDispatchInfo.Throw(Unwrap(failure));
            throw;
        }
    }

    private static ITransformer Load(IHostEnvironment env, Dictionary<string, byte[]> contents)
    {
        var headers = new ModelHeaders(env.ComponentCatalog);
        foreach (byte[] content in contents.Values)
            headers.Check(content);

        var steps = contents.Where(entry => IsStep(entry.Key)).ToDictionary(StringComparer.OrdinalIgnoreCase);
        var others = contents.Where(entry => !IsStep(entry.Key)).ToList();
        using var packed = Pack(others);
        using var repository = RepositoryReader.Open(packed, env, useFileSystem: false);
        var model = new CheckedModel(env, steps, repository);
        if (others.Count == 0)
            return model.Read(ModelArchive.Folder);

        var start = Environment.CpuUsage.TotalTime;
        var most = LeastTime + TimePerMebibyte * (others.Sum(entry => entry.Value.LongLength) >> 20);
        bool isLate = false;
        using var watch = new Timer(
            _ =>
            {
                if (Environment.CpuUsage.TotalTime - start <= most)
                    return;
                Volatile.Write(ref isLate, true);
                CloseEntries(repository);
            },
            null, LookInterval, LookInterval);
        ITransformer? loaded = null;
        Exception? end = null;
        try
        {
            loaded = model.Read(ModelArchive.Folder);
            if (!Volatile.Read(ref isLate))
                return loaded;
        }
        catch (Exception failure) when (Volatile.Read(ref isLate))
        {
            end = failure;
        }

        (loaded as IDisposable)?.Dispose();
        throw new InvalidDataException("It is damaged: reading it did not finish in time.", end);
    }

    /// <summary>Makes all further reads of the open sub-models fail. Called from another thread.</summary>
    private static void CloseEntries(RepositoryReader repository)
    {
        Repository.Entry[] open;
        try
        {
            open = [.. OpenIn(repository)];
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            // The list changed because reading continues. The watchdog tries again.
            return;
        }

        foreach (var entry in open)
            entry?.Stream.Dispose();
    }

    // ML.NET reads sub-models from its own memory streams, and there is no other way to end a loop in ML.NET: aborting the thread can crash the
    // process.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_open")]
    private static extern ref List<Repository.Entry> OpenIn(Repository repository);

    // The entries of the chain itself, of its steps, and of nested chains.
    private static bool IsStep(string name) =>
        name.EndsWith("/" + StepFile, StringComparison.Ordinal)
        && name.Split('/')[1..^1].All(folder => folder.StartsWith("Transform_", StringComparison.Ordinal));

    private static MemoryStream Pack(IEnumerable<KeyValuePair<string, byte[]>> entries)
    {
        var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                stream.Write(content);
            }
        }

        packed.Position = 0;
        return packed;
    }

    private ITransformer Read(string folder)
    {
        if (!_contents.TryGetValue($"{folder}/{StepFile}", out byte[]? content))
            throw new InvalidDataException($"It is not an ML.NET model, or it is incomplete: it has no entry '{folder}/{StepFile}'.");
        using var stream = new EntryStream(content);
        var entry = new Repository.Entry(_subModels, folder, stream);
        using (var context = new ModelLoadContext(_subModels, entry, folder))
        {
            if (context.Header.FpLim != content.Length)
                throw new InvalidDataException($"It is damaged: the entry '{folder}/{StepFile}' has {content.Length} bytes, but its header specifies {context.Header.FpLim}.");
            if (ModelHeader.GetLoaderSig(ref context.Header).Trim().Equals(TransformerChain.LoaderSignature, StringComparison.OrdinalIgnoreCase))
                return ReadChain(context, folder);
        }

        stream.Position = 0;
        ModelLoadContext.LoadModel<ITransformer, SignatureLoadModel>(_env, out var step, _subModels, entry, folder);
        return step;
    }

    private TransformerChain<ITransformer> ReadChain(ModelLoadContext context, string folder)
    {
        context.CheckAtModel(ChainVersion);
        int count = context.Reader.ReadInt32();
        if (count < 0 || count > _contents.Count)
            throw new InvalidDataException($"It is damaged: its header specifies {count} steps, but it has only {_contents.Count} entries.");

        var steps = new List<ITransformer>();
        var scopes = new List<TransformerScope>();
        try
        {
            for (int i = 0; i < count; i++)
            {
                scopes.Add((TransformerScope)context.Reader.ReadInt32());
                steps.Add(Read(string.Create(CultureInfo.InvariantCulture, $"{folder}/Transform_{i:000}")));
            }

            context.Done();
            return new TransformerChain<ITransformer>(steps, scopes);
        }
        catch
        {
            foreach (var step in steps.OfType<IDisposable>())
                step.Dispose();
            throw;
        }
    }

    private static InvalidDataException Unloadable(string source, Exception failure)
    {
        var cause = Unwrap(failure);
        string message = cause is ArgumentException { ParamName: { } parameter } ? cause.Message.Split($" (Parameter '{parameter}')")[0] : cause.Message;
        message = message.ReplaceLineEndings(" ").Trim();
        string reason = cause switch
        {
            OutOfMemoryException => "It is damaged, or there is not enough memory to load it.",
            FileNotFoundException => $"A package that it needs is missing: {message}",
            InvalidDataException or InvalidOperationException or ArgumentException => message,
            _ => $"It is damaged: {message}",
        };
        return new InvalidDataException($"{source} cannot be loaded as a model. {reason}", failure);
    }

    // ML.NET creates components by reflection, and also wraps its own exceptions.
    private static Exception Unwrap(Exception failure)
    {
        while (failure is TargetInvocationException or TypeInitializationException or InvalidOperationException { InnerException: TargetInvocationException } && failure.InnerException is { } inner)
            failure = inner;
        return failure;
    }
}
