using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>
/// A view with scores, which are computed for several rows at once. A cursor over it reads the input twice, side by side: one cursor
/// runs ahead over the images alone and scores them, the other is where the caller stands and has all other columns.
/// </summary>
sealed class TorchCnnScoringDataView : IDataView
{
    // Larger batches are no faster: their activations leave the processor's cache.
    private const int RowsAhead = 100;

    private readonly IHost _host;
    private readonly IDataView _input;
    private readonly TorchCnnTransformer _transformer;
    private readonly DataViewSchema.Column _image;
    private readonly ColumnBindings _bindings;

    public TorchCnnScoringDataView(IHost host, IDataView input, TorchCnnTransformer transformer)
    {
        _host = host;
        _input = input;
        _transformer = transformer;
        _image = transformer.FindImage(input.Schema);
        _bindings = new ColumnBindings(input.Schema, transformer.OutputColumns);
    }

    public DataViewSchema Schema => _bindings.Schema;

    // Two cursors over one shuffled view would not meet the same rows.
    public bool CanShuffle => false;

    public long? GetRowCount() => _input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        var active = new bool[Schema.Count];
        foreach (var column in columnsNeeded)
            active[column.Index] = true;
        var fromInput = _bindings.GetActiveInput(index => active[index]);
        return new Cursor(this, _input.GetRowCursor(_input.Schema.Where(column => fromInput[column.Index])), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : SynchronizedCursorBase
    {
        private readonly TorchCnnScoringDataView _view;
        private readonly bool[] _active;
        private LookAhead? _ahead;

        public Cursor(TorchCnnScoringDataView view, DataViewRowCursor input, bool[] active)
            : base(view._host, input)
        {
            _view = view;
            _active = active;
        }

        public override DataViewSchema Schema => _view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was made.");
            int index = _view._bindings.MapColumnIndex(out bool isInput, column.Index);
            if (isInput)
                return Input.GetGetter<TValue>(Input.Schema[index]);

            var ahead = _ahead ??= new LookAhead(_view);
            Delegate getter = index == 0
                ? (ValueGetter<VBuffer<float>>)((ref VBuffer<float> scores) => TorchCnnTransformer.CopyTo(ahead.Scores(Position), ref scores))
                : (ValueGetter<uint>)((ref uint label) => label = TorchCnnTransformer.Predict(ahead.Scores(Position)));
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column '{column.Name}' has values of type {column.Type.RawType}, not {typeof(TValue)}.");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _ahead?.Dispose();
            _ahead = null;
            base.Dispose(disposing);
        }
    }

    /// <summary>Scores rows in their order, some ahead of where the caller stands.</summary>
    private sealed class LookAhead : IDisposable
    {
        private readonly TorchCnnTransformer _transformer;
        private readonly DataViewRowCursor _images;
        private readonly ImageReader.Read _read;
        private readonly BatchTensors _batch;
        private readonly int _classes;
        private readonly float[] _scores;
        private long _first;
        private long _end;

        public LookAhead(TorchCnnScoringDataView view)
        {
            _transformer = view._transformer;
            var model = _transformer.Model;
            _images = view._input.GetRowCursor(view._image);
            _read = ImageReader.Create(_images, view._image, model.Shape, model.Normalization);
            _batch = _transformer.MakeBatch(RowsAhead);
            _classes = model.Classes.Count;
            _scores = new float[RowsAhead * _classes];
        }

        public ReadOnlySpan<float> Scores(long position)
        {
            while (position >= _end)
                ScoreNext();
            return _scores.AsSpan((int)(position - _first) * _classes, _classes);
        }

        private void ScoreNext()
        {
            int rows = 0;
            var inputs = _batch.Inputs(RowsAhead);
            int size = _batch.Shape.Size;
            while (rows < RowsAhead && _images.MoveNext())
                _read(inputs.Slice(rows++ * size, size));
            if (rows == 0)
                throw new InvalidOperationException("The scored view gave fewer rows to a second cursor than to the first; cache it first if it is not the same on every pass.");
            _transformer.Score(_batch, rows, _scores.AsSpan(0, rows * _classes));
            (_first, _end) = (_end, _end + rows);
        }

        public void Dispose()
        {
            _images.Dispose();
            _batch.Dispose();
        }
    }
}
