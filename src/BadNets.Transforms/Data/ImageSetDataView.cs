using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>A data view of a set of labeled images. Each pass reads the files, and no row is kept in memory.</summary>
sealed class ImageSetDataView : IDataView
{
    private const int ImageIndex = 0;
    private const int LabelIndex = 1;

    private readonly IHost _host;
    private readonly ImageSet _set;

    public ImageSetDataView(IHostEnvironment env, ImageSet set)
    {
        _host = env.Register(nameof(ImageSetDataView));
        _set = set;
        var (channels, height, width) = (set.Shape.Channels, set.Shape.Height, set.Shape.Width);
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Image", new VectorDataViewType(NumberDataViewType.Byte, channels, height, width));
        schema.AddColumn(DefaultColumnNames.Label, new KeyDataViewType(typeof(uint), set.ClassCount), KeyValues(set));
        Schema = schema.ToSchema();
    }

    public DataViewSchema Schema { get; }

    // A stream has no random access. ML.NET's ShuffleRows uses a pool of rows instead.
    public bool CanShuffle => _set.CanShuffle;

    public long? GetRowCount() => _set.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        return new Cursor(this, columnsNeeded.Any(column => column.Index == ImageIndex), columnsNeeded.Any(column => column.Index == LabelIndex), rand);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private static DataViewSchema.Annotations KeyValues(ImageSet set)
    {
        var values = new DataViewSchema.Annotations.Builder();
        if (set.ClassNames is { } names)
            AddKeyValues(TextDataViewType.Instance, label => names[label].AsMemory());
        else
            AddKeyValues(NumberDataViewType.Int32, label => label);
        return values.ToAnnotations();

        void AddKeyValues<T>(PrimitiveDataViewType type, Func<int, T> valueOf) => values.AddKeyValues(set.ClassCount, type, (ref VBuffer<T> all) =>
        {
            var editor = VBufferEditor.Create(ref all, set.ClassCount);
            for (int label = 0; label < set.ClassCount; label++)
                editor.Values[label] = valueOf(label);
            all = editor.Commit();
        });
    }

    private sealed class Cursor : RootCursorBase
    {
        private readonly ImageSetDataView _view;
        private readonly bool _imageActive;
        private readonly bool _labelActive;
        private readonly ImageSetRows _rows;
        private readonly int[]? _order;
        private int _row = -1;

        public Cursor(ImageSetDataView view, bool imageActive, bool labelActive, Random? random)
            : base(view._host)
        {
            _view = view;
            _imageActive = imageActive;
            _labelActive = labelActive;
            if (random is not null && view.CanShuffle)
            {
                _order = [.. Enumerable.Range(0, view._set.Count)];
                random.Shuffle(_order);
            }

            _rows = view._set.OpenRows(imageActive, labelActive);
        }

        public override DataViewSchema Schema => _view.Schema;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column)
        {
            Check(column);
            return column.Index == ImageIndex ? _imageActive : _labelActive;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_row, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column '{column.Name}' was not requested when this cursor was created.");
            Delegate getter = column.Index == ImageIndex ? (ValueGetter<VBuffer<byte>>)GetImage : (ValueGetter<uint>)GetLabel;
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column '{column.Name}' has values of type {column.Type.RawType}, not {typeof(TValue)}.");
        }

        private void GetImage(ref VBuffer<byte> image)
        {
            var values = _rows.Image;
            var editor = VBufferEditor.Create(ref image, values.Length);
            values.CopyTo(editor.Values);
            image = editor.Commit();
        }

        private void GetLabel(ref uint label) => label = (uint)_rows.Label + 1;

        protected override bool MoveNextCore()
        {
            int next = (int)Position + 1;
            if (next >= _view._set.Count)
                return false;
            _row = _order is null ? next : _order[next];
            _rows.MoveTo(_row);
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _rows.Dispose();
            base.Dispose(disposing);
        }

        private void Check(DataViewSchema.Column column)
        {
            if (column.Index >= Schema.Count || !ReferenceEquals(Schema[column.Index].Type, column.Type))
                throw new ArgumentException($"Column '{column.Name}' is not a column of this view.", nameof(column));
        }
    }
}
