using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>
/// A view with scores, which are computed for several rows at once. A cursor reads ahead that many rows of the input, and stores the values that the
/// caller requested. Each pass reads the input once, so the input can differ from pass to pass.
/// </summary>
sealed class TorchCnnScoringDataView : IRowByRowView
{
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

    public IDataView Source => _input;

    public bool CanShuffle => _input.CanShuffle;

    public long? GetRowCount() => _input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        var active = new bool[Schema.Count];
        foreach (var column in columnsNeeded)
            active[column.Index] = true;
        return new Cursor(this, active, rand);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursorBase
    {
        private readonly TorchCnnScoringDataView _view;
        private readonly bool[] _active;
        private readonly DataViewRowCursor _input;
        private readonly RowBuffer? _buffer;
        private readonly ValueGetter<DataViewRowId> _id;

        // Null if no score is requested.
        private readonly ImageReader.Read? _read;
        private readonly BatchTensors? _batch;
        private readonly int _rowsAhead = 1;
        private readonly float[] _scores = [];
        private readonly float[] _features = [];

        // The index of the current row among the rows that were read ahead, and their number.
        private int _current = -1;
        private int _count;

        public Cursor(TorchCnnScoringDataView view, bool[] active, Random? rand)
            : base(view._host)
        {
            _view = view;
            _active = active;
            var isActiveInput = view._bindings.GetActiveInput(index => active[index]);
            bool isScoring = false, needsFeatures = false;
            for (int i = 0; i < active.Length; i++)
            {
                int output = view._bindings.MapColumnIndex(out bool isInput, i);
                isScoring |= active[i] && !isInput;
                needsFeatures |= active[i] && !isInput && output == 2;
            }

            var kept = view._input.Schema.Where(column => isActiveInput[column.Index]).ToArray();
            _input = view._input.GetRowCursor(isScoring ? kept.Append(view._image).DistinctBy(column => column.Index) : kept, rand);
            if (isScoring)
            {
                var model = view._transformer.Model;

                // Images cannot be stored, because their owner is unknown. In this case, rows are scored one by one.
                if (kept.All(RowBuffer.CanKeep))
                    _rowsAhead = BatchTensors.RowsToScore(model.Shape);
                _batch = view._transformer.MakeBatch(_rowsAhead);
                _read = ImageReader.Create(_input, view._image, model.Shape, model.Normalization);
                _scores = new float[_rowsAhead * model.Classes.Count];
                if (needsFeatures)
                    _features = new float[_rowsAhead * view._transformer.FeatureCount];
            }

            _buffer = _rowsAhead > 1 ? new RowBuffer(_input, kept, _rowsAhead) : null;
            _id = _buffer?.MakeIdGetter(() => _current) ?? _input.GetIdGetter();
        }

        public override DataViewSchema Schema => _view.Schema;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public override ValueGetter<DataViewRowId> GetIdGetter() => _id;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column '{column.Name}' was not requested when this cursor was created.");
            int index = _view._bindings.MapColumnIndex(out bool isInput, column.Index);
            if (isInput && _buffer is null)
                return _input.GetGetter<TValue>(_input.Schema[index]);

            Delegate getter = isInput ? _buffer!.MakeGetter(index, () => _current)
                : index == 1 ? (ValueGetter<uint>)((ref uint label) => label = TorchCnnTransformer.Predict(Current(_scores)))
                : (ValueGetter<VBuffer<float>>)((ref VBuffer<float> values) => TorchCnnTransformer.CopyTo(Current(index == 0 ? _scores : _features), ref values));
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column '{column.Name}' has values of type {column.Type.RawType}, not {typeof(TValue)}.");
        }

        // The current row's part of the results for the rows that were read ahead.
        private ReadOnlySpan<float> Current(float[] values)
        {
            int count = values.Length / _rowsAhead;
            return values.AsSpan(_current * count, count);
        }

        protected override bool MoveNextCore()
        {
            if (++_current < _count)
                return true;
            for (_count = 0; _count < _rowsAhead && _input.MoveNext(); _count++)
            {
                _buffer?.Keep(_count);
                if (_batch is not null)
                    _read!(_batch.Inputs(_count + 1)[^_batch.Shape.Size..]);
            }

            _current = 0;
            if (_batch is not null && _count > 0)
                _view._transformer.Score(_batch, _count, Head(_scores), Head(_features));
            return _count > 0;
        }

        private Span<float> Head(float[] values) => values.AsSpan(0, values.Length / _rowsAhead * _count);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _input.Dispose();
                _batch?.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
