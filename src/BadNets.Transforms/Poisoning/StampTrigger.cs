using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(BadNets.Transforms.StampTriggerTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.StampTriggerTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Stamps a trigger on images. Created by <see cref="StampTriggerEstimator"/>.</summary>
public sealed class StampTriggerTransformer : RowToRowTransformerBase, ITransformer
{
    internal const string LoaderSignature = "BadNetsStampTrigger";

    // Earlier versions wrote a patch, without kind and length.
    private const uint WithKind = 0x00010002;

    internal StampTriggerTransformer(IHostEnvironment env, ConditionalColumn columns, Trigger trigger)
        : base(env.Register(nameof(StampTriggerTransformer)))
    {
        Columns = columns;
        Trigger = trigger;
    }

    /// <summary>The trigger that is stamped.</summary>
    public Trigger Trigger { get; }

    internal ConditionalColumn Columns { get; }

    private static VersionInfo Version => ModelFormat.Version("BNSTAMPT", LoaderSignature, WithKind);

    private static StampTriggerTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        uint version = context.CheckVersion(Version);

        // *** Binary format ***
        // text × 3: output, input and condition column (empty: none); the trigger: its kind (text), length (int32), and payload
        // Before version 2: the payload of a patch, without kind and length
        var columns = ConditionalColumn.Read(new ModelReader(context.Reader));
        return new StampTriggerTransformer(env, columns, version < WithKind ? PatchTrigger.Read(context.Reader) : Trigger.Load(context.Reader));
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.WriteHeader(Version);
        Columns.Write(ctx.Writer);
        Trigger.Save(ctx.Writer);
    }

    /// <summary>Stamps the images of a view.</summary>
    /// <param name="input">The view.</param>
    /// <returns>The view with the stamped column. An image is stamped when it is read.</returns>
    public new IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var origin = RowOrigin.Of(input);
        if (!origin.IsCached || !Trigger.DiffersByRow)
            return base.Transform(input);

        // A cache renumbers the rows, but stamps depend on the original row IDs.
        var ids = new Lazy<DataViewRowId[]>(() => origin.ReadIds(Host));
        return new RowToRowMapperTransform(Host, input, new Mapper(this, input.Schema, ids), MakeRowMapper);
    }

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private sealed class Mapper : MapperBase
    {
        private readonly StampTriggerTransformer _parent;
        private readonly DataViewSchema.Column _image;
        private readonly DataViewSchema.Column? _where;
        private readonly TriggerStamp? _stamp;
        private readonly Lazy<DataViewRowId[]>? _cachedIds;

        /// <param name="parent">The transformer.</param>
        /// <param name="schema">The schema of the input.</param>
        /// <param name="cachedIds">If there is a cache before this step, the original row IDs, by position.</param>
        public Mapper(StampTriggerTransformer parent, DataViewSchema schema, Lazy<DataViewRowId[]>? cachedIds = null)
            : base(parent.Host.Register(nameof(Mapper)), schema, parent)
        {
            _parent = parent;
            _cachedIds = cachedIds;
            _where = parent.Columns.FindWhere(Host, schema);
            string name = parent.Columns.Input;
            _image = schema.GetColumnOrNull(name) ?? throw Host.ExceptSchemaMismatch("inputSchema", "image", name);

            var shape = _image.Type is ImageDataViewType image ? new ImageShape(3, image.Height, image.Width)
                : ImageColumn.ShapeOf(_image.Type) ?? throw ImageColumn.Mismatch(Host, _image, $"an image, or {ImageColumn.ExpectedVector}");

            // Images that are loaded directly from files have no size in their type. In this case, the size of each row's image is used.
            if (shape is { Height: > 0, Width: > 0 })
                _stamp = parent.Trigger.FitTo(shape);
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() =>
            [new DataViewSchema.DetachedColumn(_parent.Columns.Output, _image.Type, _image.Annotations)];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) =>
            column => activeOutput(0) && (column == _image.Index || column == _where?.Index);

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            var where = _where is { } column ? input.GetGetter<bool>(column) : (ref bool always) => always = true;
            var id = MakeIdGetter(input);
            if (_image.Type is not VectorDataViewType vector)
                return MakeImageGetter(input.GetGetter<MLImage?>(_image), where, id, out disposer);
            if (vector.ItemType == NumberDataViewType.Byte)
                return MakeVectorGetter<byte>(input, where, id, _stamp!.Apply);
            return MakeVectorGetter<float>(input, where, id, _stamp!.Apply);
        }

        private ValueGetter<DataViewRowId> MakeIdGetter(DataViewRow input)
        {
            if (!_parent.Trigger.DiffersByRow)
                return (ref DataViewRowId none) => none = default;
            var id = input.GetIdGetter();
            if (_cachedIds is null)
                return id;
            return (ref DataViewRowId own) =>
            {
                id(ref own);
                own = _cachedIds.Value[checked((int)own.Low)];
            };
        }

        private ValueGetter<VBuffer<T>> MakeVectorGetter<T>(
            DataViewRow input, ValueGetter<bool> where, ValueGetter<DataViewRowId> id, Action<Span<T>, DataViewRowId> apply)
        {
            var source = input.GetGetter<VBuffer<T>>(_image);
            VBuffer<T> original = default;
            DataViewRowId row = default;
            bool stamped = false;
            return (ref VBuffer<T> image) =>
            {
                // The source might return its own memory, so the pixels are copied before they are stamped. A sparse vector is first expanded.
                source(ref original);
                original.CopyTo(ref image);
                where(ref stamped);
                if (!stamped)
                    return;
                if (!image.IsDense)
                    VBufferUtils.Densify(ref image);
                id(ref row);
                apply(VBufferEditor.CreateFromBuffer(ref image).Values, row);
            };
        }

        private ValueGetter<MLImage?> MakeImageGetter(
            ValueGetter<MLImage?> source, ValueGetter<bool> where, ValueGetter<DataViewRowId> id, out Action disposer)
        {
            var images = new SourceImages(source);
            disposer = images.Dispose;
            var stamp = _stamp;
            DataViewRowId row = default;
            bool stamped = false;
            byte[] pixels = [];

            return (ref MLImage? image) =>
            {
                images.TakeBack(ref image);
                where(ref stamped);
                image = images.Read();
                if (!stamped || image is not { } original)
                    return;

                if (stamp is null || stamp.Shape.Width != original.Width || stamp.Shape.Height != original.Height)
                    stamp = _parent.Trigger.FitTo(new ImageShape(3, original.Height, original.Width));

                Array.Resize(ref pixels, 4 * original.Width * original.Height);
                original.Pixels.CopyTo(pixels);
                id(ref row);
                stamp.StampInterleaved(pixels, blueFirst: original.PixelFormat == MLPixelFormat.Bgra32, row);
                var made = MLImage.CreateFromPixels(original.Width, original.Height, original.PixelFormat, pixels);
                made.Tag = original.Tag;
                image = images.GiveOut(made, original);
            };
        }

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);
    }
}

/// <summary>
/// Stamps a trigger on images, either in the rows that a Boolean column marks, which is the second step of the BadNets attack (Gu et al. 2017,
/// section 4), or in all rows, which gives a triggered test set.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | Estimator characteristics | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Vector of Byte or Single with dimensions channels × height × width (or height × width), or <xref:Microsoft.ML.Data.MLImage> |
/// | Output column data type | The same as the input's |
/// | Exportable to ONNX | No |
/// ]]></format>
/// <para>
/// The trigger changes raw pixels from 0 to 255, so the step must come before any normalization. The result is the same for every column type. The
/// channels of a vector are red, green, and blue, in the order of <c>ExtractPixels</c>. A gray trigger fits any number of channels, but a colored
/// trigger requires three. In an <see cref="MLImage"/>, stamped pixels become opaque.
/// </para>
/// <para>
/// A trigger that differs from row to row depends on the row IDs, so shuffled and parallel cursors give the same pixels, even if there is a cache
/// before this step.
/// </para>
/// </remarks>
public sealed class StampTriggerEstimator : TrivialEstimator<StampTriggerTransformer>
{
    internal StampTriggerEstimator(IHostEnvironment env, ConditionalColumn columns, Trigger trigger)
        : base(env.Register(nameof(StampTriggerEstimator)), new StampTriggerTransformer(env, columns, trigger))
    {
    }

    /// <summary>Returns the schema that the transformer produces: the input columns and the stamped column.</summary>
    /// <param name="inputSchema">The schema of the input.</param>
    /// <returns>The schema of the output.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var columns = Transformer.Columns;
        columns.CheckWhere(Host, inputSchema);
        var image = inputSchema.Find(Host, "image", columns.Input);
        bool fits = image.Kind == SchemaShape.Column.VectorKind.Scalar ? image.ItemType is ImageDataViewType
            : image.Kind == SchemaShape.Column.VectorKind.Vector && ImageColumn.IsPixel(image.ItemType) && !image.IsKey;
        if (!fits)
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "image", columns.Input, $"an image, or {ImageColumn.ExpectedVector}", image.GetTypeString());
        return inputSchema.With(new SchemaShape.Column(columns.Output, image.Kind, image.ItemType, image.IsKey, image.Annotations));
    }
}
