using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>Images and labels in two IDX files as a data view. The images are read from the file on every pass; no row is kept.</summary>
sealed class IdxDataView : IDataView
{
    private const int ImageIndex = 0;
    private const int LabelIndex = 1;
    private const int ReadAheadBytes = 1 << 16;

    private readonly IHost _host;
    private readonly IdxFile _images;
    private readonly byte[] _labels;

    public IdxDataView(IHostEnvironment env, string imagesPath, string labelsPath, int? classCount)
    {
        _host = env.Register(nameof(IdxDataView));
        _images = IdxFile.Open(imagesPath, "images", 3, 4);
        var labels = IdxFile.Open(labelsPath, "labels", 1);
        if (labels.Count != _images.Count)
            throw new InvalidDataException($"'{imagesPath}' has {_images.Count} images, but '{labelsPath}' has {labels.Count} labels; they do not belong together.");

        _labels = new byte[labels.Count];
        using (var stream = labels.OpenItems())
        {
            labels.ReadExactly(stream, _labels);
            labels.CheckEnd(stream);
        }

        int classes = classCount ?? _labels.Max() + 1;
        int beyond = Array.FindIndex(_labels, label => label >= classes);
        if (beyond >= 0)
            throw new InvalidDataException($"'{labelsPath}' has the label {_labels[beyond]} in row {beyond}, but with {classes} classes labels are 0 to {classes - 1}.");

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

    private sealed class Cursor : RootCursorBase
    {
        private readonly IdxDataView _view;
        private readonly bool _labelActive;
        private readonly Stream? _stream;
        private readonly byte[] _rows = [];
        private readonly int _rowsAhead;

        // The image of the current row; rows are read several at a time.
        private int _imageStart;
        private int _firstAhead;
        private int _endAhead;

        public Cursor(IdxDataView view, bool imageActive, bool labelActive)
            : base(view._host)
        {
            _view = view;
            _labelActive = labelActive;
            if (!imageActive)
                return;
            _stream = view._images.OpenItems();
            _rowsAhead = Math.Clamp(ReadAheadBytes / view._images.ItemBytes, 1, view._images.Count);
            _rows = new byte[_rowsAhead * view._images.ItemBytes];
        }

        public override DataViewSchema Schema => _view.Schema;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column)
        {
            Check(column);
            return column.Index == ImageIndex ? _stream is not null : _labelActive;
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
            int size = _view._images.ItemBytes;
            var editor = VBufferEditor.Create(ref image, size);
            _rows.AsSpan(_imageStart, size).CopyTo(editor.Values);
            image = editor.Commit();
        }

        private void GetLabel(ref uint label) => label = _view._labels[Position] + 1u;

        protected override bool MoveNextCore()
        {
            long next = Position + 1;
            if (next >= _view._images.Count)
                return false;
            if (_stream is null)
                return true;

            int size = _view._images.ItemBytes;
            if (next >= _endAhead)
            {
                int rows = (int)Math.Min(_rowsAhead, _view._images.Count - next);
                _view._images.ReadExactly(_stream, _rows.AsSpan(0, rows * size));
                (_firstAhead, _endAhead) = ((int)next, (int)next + rows);
                if (_endAhead == _view._images.Count)
                    _view._images.CheckEnd(_stream);
            }

            _imageStart = ((int)next - _firstAhead) * size;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _stream?.Dispose();
            base.Dispose(disposing);
        }

        private void Check(DataViewSchema.Column column)
        {
            if (column.Index >= Schema.Count || !ReferenceEquals(Schema[column.Index].Type, column.Type))
                throw new ArgumentException($"Column '{column.Name}' is not a column of this view.", nameof(column));
        }
    }
}
