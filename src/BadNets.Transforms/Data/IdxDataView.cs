using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>Images and labels from two IDX files as a data view. Each pass reads both files; no row is kept in memory.</summary>
sealed class IdxDataView : IDataView
{
    private const int ImageIndex = 0;
    private const int LabelIndex = 1;

    // The maximum size of the two files if the caller does not specify one.
    private const long UsualMostBytes = 1 << 30;
    private const int UsualExpansion = 10;

    private readonly IHost _host;
    private readonly IdxFile _images;
    private readonly IdxFile _labels;
    private readonly int _classCount;

    public IdxDataView(IHostEnvironment env, string imagesPath, string labelsPath, int? classCount, long? maxBytes)
    {
        _host = env.Register(nameof(IdxDataView));
        long mostBytes = maxBytes ?? Math.Max(UsualMostBytes, UsualExpansion * (IdxFile.LengthOf(imagesPath) + IdxFile.LengthOf(labelsPath)));
        _images = IdxFile.Open(imagesPath, "images", mostBytes, 3, 4);
        _labels = IdxFile.Open(labelsPath, "labels", mostBytes - _images.ContentBytes, 1);
        if (_labels.Count != _images.Count)
            throw new InvalidDataException($"'{imagesPath}' has {_images.Count} images, but '{labelsPath}' has {_labels.Count} labels; they do not belong together.");
        _classCount = CountClasses(_labels, classCount);

        int classes = _classCount;
        int[] dimensions = _images.ItemDimensions is [var height, var width] ? [1, height, width] : [.. _images.ItemDimensions];
        var keyValues = new DataViewSchema.Annotations.Builder();
        keyValues.AddKeyValues(classes, NumberDataViewType.Int32, (ref VBuffer<int> values) =>
        {
            var editor = VBufferEditor.Create(ref values, classes);
            for (int i = 0; i < classes; i++)
                editor.Values[i] = i;
            values = editor.Commit();
        });
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Image", new VectorDataViewType(NumberDataViewType.Byte, ImmutableArray.Create(dimensions)));
        schema.AddColumn(DefaultColumnNames.Label, new KeyDataViewType(typeof(uint), classes), keyValues.ToAnnotations());
        Schema = schema.ToSchema();
    }

    public DataViewSchema Schema { get; }

    // Shuffling would need random access, which a compressed file does not have; ML.NET's ShuffleRows pools rows instead.
    public bool CanShuffle => false;

    public long? GetRowCount() => _images.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        return new Cursor(this, columnsNeeded.Any(column => column.Index == ImageIndex), columnsNeeded.Any(column => column.Index == LabelIndex));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private static int CountClasses(IdxFile file, int? classCount)
    {
        using var labels = new IdxItems(file);
        int largest = 0;
        for (int row = 0; labels.MoveNext(); row++)
        {
            largest = Math.Max(largest, labels.Current[0]);
            if (largest >= classCount)
                throw new InvalidDataException($"'{file.Path}' has the label {largest} in row {row}, but with {classCount} classes labels are 0 to {classCount - 1}.");
        }

        return classCount ?? largest + 1;
    }

    private sealed class Cursor : RootCursorBase
    {
        private readonly IdxDataView _view;
        private readonly IdxItems? _images;
        private readonly IdxItems? _labels;

        public Cursor(IdxDataView view, bool imageActive, bool labelActive)
            : base(view._host)
        {
            _view = view;
            if (imageActive)
                _images = new IdxItems(view._images);
            if (labelActive)
                _labels = new IdxItems(view._labels);
        }

        public override DataViewSchema Schema => _view.Schema;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column)
        {
            Check(column);
            return column.Index == ImageIndex ? _images is not null : _labels is not null;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was made.");
            Delegate getter = column.Index == ImageIndex ? (ValueGetter<VBuffer<byte>>)GetImage : (ValueGetter<uint>)GetLabel;
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column '{column.Name}' has values of type {column.Type.RawType}, not {typeof(TValue)}.");
        }

        private void GetImage(ref VBuffer<byte> image)
        {
            var values = _images!.Current;
            var editor = VBufferEditor.Create(ref image, values.Length);
            values.CopyTo(editor.Values);
            image = editor.Commit();
        }

        private void GetLabel(ref uint label) => label = _labels!.Current[0] + 1u;

        protected override bool MoveNextCore()
        {
            if (Position + 1 >= _view._images.Count)
                return false;
            _images?.MoveNext();
            if (_labels?.MoveNext() is true && _labels.Current[0] >= _view._classCount)
                throw IdxFile.Changed(_view._labels.Path);
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _images?.Dispose();
                _labels?.Dispose();
            }

            base.Dispose(disposing);
        }

        private void Check(DataViewSchema.Column column)
        {
            if (column.Index >= Schema.Count || !ReferenceEquals(Schema[column.Index].Type, column.Type))
                throw new ArgumentException($"Column '{column.Name}' is not a column of this view.", nameof(column));
        }
    }
}
