using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(BadNets.Transforms.PerturbAdversariallyTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.PerturbAdversariallyTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Replaces images with those that <see cref="PerturbAdversariallyEstimator"/> perturbed.</summary>
/// <remarks>
/// It replaces images in the data that it was fitted on, and in views that are derived from that data row by row. It does not change any image in other
/// data, in a prediction engine, or after it is loaded from a file. A file contains only the names of the columns: neither the images nor the model.
/// </remarks>
public sealed class PerturbAdversariallyTransformer : RowToRowTransformerBase, ITransformer
{
    internal const string LoaderSignature = "BadNetsPerturb";

    private readonly string _outputColumnName;
    private readonly string _inputColumnName;

    // Both are null if the transformer was loaded from a file.
    private readonly FittedRows? _rows;
    private readonly IReadOnlyList<byte[]>? _images;

    private int _hasWarned;

    internal PerturbAdversariallyTransformer(
        IHostEnvironment env, string outputColumnName, string inputColumnName, FittedRows? rows = null, IReadOnlyList<byte[]>? images = null)
        : base(env.Register(nameof(PerturbAdversariallyTransformer)))
    {
        _outputColumnName = outputColumnName;
        _inputColumnName = inputColumnName;
        _rows = rows;
        _images = images;
    }

    private static VersionInfo Version => ModelFormat.Version("BNPERTUR", LoaderSignature);

    private static PerturbAdversariallyTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        context.CheckVersion(Version);

        // *** Binary format ***
        // text × 2: output and input column
        var reader = new ModelReader(context.Reader);
        return new PerturbAdversariallyTransformer(env, reader.ReadColumnName(), reader.ReadColumnName());
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.WriteHeader(Version);
        ctx.Writer.Write(_outputColumnName);
        ctx.Writer.Write(_inputColumnName);
    }

    /// <summary>
    /// Adds the column with the perturbed images. In rows that were not perturbed, and in data other than the fitted data, it has the unchanged images.
    /// In the latter case, a warning is written to ML.NET's log the first time.
    /// </summary>
    /// <param name="input">The view, which can be any data with the image column.</param>
    /// <returns>The view with the column.</returns>
    public new IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (_rows?.FindIn(input) is not { } ids)
        {
            WarnOfOtherData();
            return base.Transform(input);
        }

        var perturbed = ids.Zip(_images!).ToDictionary(row => row.First, row => row.Second);
        return new RowToRowMapperTransform(Host, input, new Mapper(this, input.Schema, perturbed), MakeRowMapper);
    }

    private void WarnOfOtherData()
    {
        if (_images is not { Count: > 0 } || Interlocked.Exchange(ref _hasWarned, 1) != 0)
            return;
        using var channel = Host.Start(nameof(Transform));
        channel.Warning(
            $"The images in '{_inputColumnName}' of this data are not perturbed, because images are perturbed only in the data that PerturbAdversarially was fitted on. This is correct for testing and scoring. To perturb this data, fit PerturbAdversarially on it.");
    }

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema, []);

    private sealed class Mapper : MapperBase
    {
        private readonly PerturbAdversariallyTransformer _parent;
        private readonly DataViewSchema.Column _image;
        private readonly Dictionary<DataViewRowId, byte[]> _perturbed;

        public Mapper(PerturbAdversariallyTransformer parent, DataViewSchema schema, Dictionary<DataViewRowId, byte[]> perturbed)
            : base(parent.Host.Register(nameof(Mapper)), schema, parent)
        {
            _parent = parent;
            _perturbed = perturbed;
            string name = parent._inputColumnName;
            _image = schema.GetColumnOrNull(name) ?? throw Host.ExceptSchemaMismatch("inputSchema", "image", name);
            if (_image.Type is not VectorDataViewType vector || !ImageColumn.IsPixel(vector.ItemType))
                throw ImageColumn.Mismatch(Host, _image, ImageColumn.ExpectedVector);
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() =>
            [new DataViewSchema.DetachedColumn(_parent._outputColumnName, _image.Type, _image.Annotations)];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) => column => activeOutput(0) && column == _image.Index;

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            return ((VectorDataViewType)_image.Type).ItemType == NumberDataViewType.Byte
                ? MakeGetter<byte>(input, (pixels, values) => pixels.CopyTo(values))
                : MakeGetter<float>(input, (pixels, values) =>
                {
                    for (int i = 0; i < pixels.Length; i++)
                        values[i] = pixels[i];
                });
        }

        private ValueGetter<VBuffer<T>> MakeGetter<T>(DataViewRow input, Write<T> write)
        {
            var source = input.GetGetter<VBuffer<T>>(_image);
            var id = input.GetIdGetter();
            DataViewRowId row = default;
            VBuffer<T> original = default;
            return (ref VBuffer<T> image) =>
            {
                id(ref row);
                if (_perturbed.TryGetValue(row, out byte[]? pixels))
                {
                    var editor = VBufferEditor.Create(ref image, pixels.Length);
                    write(pixels, editor.Values);
                    image = editor.Commit();
                    return;
                }

                // The source might return its own memory.
                source(ref original);
                original.CopyTo(ref image);
            };
        }

        private delegate void Write<T>(ReadOnlySpan<byte> pixels, Span<T> values);

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);
    }
}

/// <summary>
/// Perturbs images so that a model doubts their labels, either in the rows that a Boolean column marks, which is the first half of the label-consistent
/// attack (Turner et al. 2019, arXiv:1912.02771), or in all rows.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | Estimator characteristics | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes, to perturb the images |
/// | Input column data type | Vector of Byte or Single with dimensions channels × height × width; a label column (key with key values, number, Boolean, or text); optionally a Boolean column |
/// | Output column data type | The same as that of the image column |
/// | Exportable to ONNX | No |
/// ]]></format>
/// <para>
/// <see cref="Fit"/> computes the perturbed images, and the transformer keeps them: a byte for each value, 3 MB for a thousand images of 3×32×32. They are
/// whole numbers from 0 to 255, so they are the same in columns of Byte and of Single. The result does not depend on how views are read later.
/// </para>
/// <para>
/// The loss that the perturbation increases is the cross-entropy of the row's own label, so the step must come before <see cref="FlipLabelEstimator"/>.
/// As with <see cref="MarkPoisonedEstimator"/>, only rows of the fitted data change. Nevertheless, append the step with
/// <see cref="TransformerScope.Training"/>, so that the model for <see cref="TransformerScope.Scoring"/> does not contain it.
/// </para>
/// </remarks>
public sealed class PerturbAdversariallyEstimator : IEstimator<PerturbAdversariallyTransformer>
{
    private const int BatchSize = 64;

    private readonly IHost _host;
    private readonly AdversarialPerturbation _perturbation;
    private readonly ConditionalColumn _columns;
    private readonly string _labelColumnName;
    private readonly int _seed;

    /// <param name="env">The environment.</param>
    /// <param name="perturbation">The perturbation.</param>
    /// <param name="columns">The image columns, and the column that marks the rows to perturb.</param>
    /// <param name="labelColumnName">The label column.</param>
    /// <param name="seed">The seed if the perturbation has none, or null for the seed of the environment.</param>
    internal PerturbAdversariallyEstimator(
        IHostEnvironment env, AdversarialPerturbation perturbation, ConditionalColumn columns, string labelColumnName, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(env);
        ArgumentNullException.ThrowIfNull(perturbation);
        ArgumentException.ThrowIfNullOrWhiteSpace(labelColumnName);
        _host = env.Register(nameof(PerturbAdversariallyEstimator));
        _perturbation = perturbation;
        _columns = columns;
        _labelColumnName = labelColumnName;
        _seed = _host.SeedOr(perturbation.Seed ?? seed);
    }

    /// <summary>Perturbs the images.</summary>
    /// <param name="input">The training set, with at most 2,147,483,647 rows. It is read twice: first the labels, then the images.</param>
    /// <returns>A transformer that replaces these images in this data, and no images in other data.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, the images are not those of the model, a pixel is not from 0 to 255, or a row has a label that is not a
    /// class of the model.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    /// <exception cref="InvalidOperationException">The network of the model fails.</exception>
    public PerturbAdversariallyTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShape.Create(input.Schema));
        var image = _perturbation.Model.FindImage(input.Schema, _columns.Input);
        var (chosen, classes) = ReadLabels(input);
        var rows = FittedRows.Of(_host, input, chosen);
        return new PerturbAdversariallyTransformer(_host, _columns.Output, _columns.Input, rows, Perturb(input, image, rows, classes));
    }

    /// <summary>Reads which rows are marked, and their classes.</summary>
    private (List<(DataViewRowId Id, int Position)> Rows, List<long> Classes) ReadLabels(IDataView input)
    {
        var (label, type) = LabelColumn.Find(_host, input.Schema, _labelColumnName);
        var where = _columns.FindWhere(_host, input.Schema);
        var known = _perturbation.Model.Labels;
        var rows = new List<(DataViewRowId Id, int Position)>();
        var classes = new List<long>();
        using var cursor = input.GetRowCursor(new[] { label, where }.OfType<DataViewSchema.Column>());
        var isMarked = where is { } column ? cursor.GetGetter<bool>(column) : (ref bool always) => always = true;
        var labelIndex = type.MakeIndexGetter(cursor, label, known);
        var id = cursor.GetIdGetter();
        DataViewRowId current = default;
        bool marked = false;
        for (int position = 0; cursor.MoveNext(); position = checked(position + 1))
        {
            if ((position & 0xfff) == 0)
                _host.CheckAlive();
            isMarked(ref marked);
            if (!marked)
                continue;
            id(ref current);
            int index = labelIndex();
            if (index < 0)
                throw new ArgumentException($"Row {position} has a label in column '{_labelColumnName}' that is not a class of the model of the perturbation. Its classes are {LabelColumn.List(known)}.", nameof(input));
            rows.Add((current, position));
            classes.Add(index);
        }

        return (rows, classes);
    }

    private List<byte[]> Perturb(IDataView input, DataViewSchema.Column image, FittedRows rows, List<long> classes)
    {
        int[] positions = rows.Positions;
        var results = new List<byte[]>(positions.Length);
        if (positions.Length == 0)
            return results;
        using var channel = _host.Start("Perturbing");
        channel.Info($"Perturbing {positions.Length} images in {_perturbation.Steps} steps.");
        using var progress = _host.StartProgressChannel("Perturbing");
        progress.SetHeader(new ProgressHeader(["images"]), entry => entry.SetProgress(0, results.Count, positions.Length));

        var shape = _perturbation.Model.ImageShape;
        var ascent = new GradientAscent(_perturbation, _seed, _host.CheckAlive);
        var pixels = new float[BatchSize * shape.Size];
        using var cursor = input.GetRowCursor([image]);
        var read = ImageReader.Create(cursor, image, shape, PixelNormalization.None);
        for (int next = 0, position = -1; next < positions.Length;)
        {
            int first = next;
            for (; next < positions.Length && next < first + BatchSize; next++)
            {
                while (position < positions[next])
                {
                    if (!cursor.MoveNext())
                        throw new InvalidOperationException("The training set has fewer rows than when it was read before.");
                    position++;
                }

                var target = pixels.AsSpan((next - first) * shape.Size, shape.Size);
                read(target);
                CheckPixels(target, position);
            }

            int count = next - first;
            results.AddRange(ascent.Perturb(pixels.AsSpan(0, count * shape.Size), classes.Slice(first, count).ToArray(), rows.SourceIds.Slice(first, count)));
        }

        return results;
    }

    private void CheckPixels(ReadOnlySpan<float> pixels, int position)
    {
        foreach (float pixel in pixels)
        {
            if (!(pixel is >= 0 and <= 255))
                throw new ArgumentException($"The image in column '{_columns.Input}' of row {position} has a pixel of {LabelValue.From(pixel)}, but perturbations require raw pixels from 0 to 255. Specify an image column that has not been scaled.");
        }
    }

    /// <summary>Returns the schema that the transformer produces: the input columns and the column with the perturbed images.</summary>
    /// <param name="inputSchema">The schema of the input.</param>
    /// <returns>The schema of the output.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _columns.CheckWhere(_host, inputSchema);
        LabelColumn.Check(_host, inputSchema, _labelColumnName);
        var image = inputSchema.Find(_host, "image", _columns.Input);
        if (image.Kind != SchemaShape.Column.VectorKind.Vector || !ImageColumn.IsPixel(image.ItemType) || image.IsKey)
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), "image", image.Name, ImageColumn.ExpectedVector, image.GetTypeString());
        return inputSchema.With(new SchemaShape.Column(_columns.Output, image.Kind, image.ItemType, image.IsKey, image.Annotations));
    }
}
