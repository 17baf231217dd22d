using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(BadNets.Transforms.StampTriggerTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.StampTriggerTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Stamps a trigger over images; made by <see cref="StampTriggerEstimator"/>.</summary>
public sealed class StampTriggerTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "BadNetsStampTrigger";

    internal StampTriggerTransformer(IHostEnvironment env, ConditionalColumn columns, Trigger trigger)
        : base(env.Register(nameof(StampTriggerTransformer)))
    {
        Columns = columns;
        Trigger = trigger;
    }

    /// <summary>The trigger that is stamped.</summary>
    public Trigger Trigger { get; }

    internal ConditionalColumn Columns { get; }

    private static VersionInfo Version => ModelFormat.Version("BNSTAMPT", LoaderSignature);

    private static StampTriggerTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        context.CheckVersion(Version);

        // *** Binary format ***
        // text × 3: output, input and condition column (empty: none); the trigger: int32 × 5: width, height, position, x, y; its pixels
        var columns = ConditionalColumn.Read(new ModelReader(context.Reader));
        return new StampTriggerTransformer(env, columns, Trigger.Read(context.Reader));
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.WriteHeader(Version);
        Columns.Write(ctx.Writer);
        Trigger.Write(ctx.Writer);
    }

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private sealed class Mapper : MapperBase
    {
        private readonly StampTriggerTransformer _parent;
        private readonly DataViewSchema.Column _image;
        private readonly DataViewSchema.Column? _where;
        private readonly TriggerStamp? _stamp;

        public Mapper(StampTriggerTransformer parent, DataViewSchema schema)
            : base(parent.Host.Register(nameof(Mapper)), schema, parent)
        {
            _parent = parent;
            _where = parent.Columns.FindWhere(Host, schema);
            string name = parent.Columns.Input;
            _image = schema.GetColumnOrNull(name) ?? throw Host.ExceptSchemaMismatch("inputSchema", "image", name);

            var shape = _image.Type is ImageDataViewType image ? new ImageShape(3, image.Height, image.Width)
                : ImageColumn.ShapeOf(_image.Type) ?? throw ImageColumn.Mismatch(Host, _image, $"an image, or {ImageColumn.ExpectedVector}");

            // Images straight from files have no size in their type: each row's own size counts then.
            if (shape is { Height: > 0, Width: > 0 })
                _stamp = new TriggerStamp(parent.Trigger, shape);
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() =>
            [new DataViewSchema.DetachedColumn(_parent.Columns.Output, _image.Type, _image.Annotations)];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) =>
            column => activeOutput(0) && (column == _image.Index || column == _where?.Index);

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            var where = _where is { } column ? input.GetGetter<bool>(column) : (ref bool always) => always = true;
            if (_image.Type is not VectorDataViewType vector)
                return MakeImageGetter(input.GetGetter<MLImage?>(_image), where, out disposer);
            if (vector.ItemType == NumberDataViewType.Byte)
                return MakeVectorGetter<byte>(input, where, _stamp!.Apply);
            return MakeVectorGetter<float>(input, where, _stamp!.Apply);
        }

        private ValueGetter<VBuffer<T>> MakeVectorGetter<T>(DataViewRow input, ValueGetter<bool> where, Action<Span<T>> apply)
        {
            var source = input.GetGetter<VBuffer<T>>(_image);
            VBuffer<T> original = default;
            bool stamped = false;
            return (ref VBuffer<T> image) =>
            {
                // What the source gives may be its own memory, so it is copied before it is stamped; a sparse vector gets its zeros first.
                source(ref original);
                original.CopyTo(ref image);
                where(ref stamped);
                if (!stamped)
                    return;
                if (!image.IsDense)
                    VBufferUtils.Densify(ref image);
                apply(VBufferEditor.CreateFromBuffer(ref image).Values);
            };
        }

        private ValueGetter<MLImage?> MakeImageGetter(ValueGetter<MLImage?> source, ValueGetter<bool> where, out Action disposer)
        {
            var images = new SourceImages(source);
            disposer = images.Dispose;
            var stamp = _stamp;
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
                    stamp = new TriggerStamp(_parent.Trigger, new ImageShape(3, original.Height, original.Width));

                Array.Resize(ref pixels, 4 * original.Width * original.Height);
                original.Pixels.CopyTo(pixels);
                stamp.ApplyInterleaved(pixels, blueFirst: original.PixelFormat == MLPixelFormat.Bgra32);
                var made = MLImage.CreateFromPixels(original.Width, original.Height, original.PixelFormat, pixels);
                made.Tag = original.Tag;
                image = images.GiveOut(made, original);
            };
        }

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);
    }
}
