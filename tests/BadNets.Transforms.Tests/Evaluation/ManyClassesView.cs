namespace BadNets.Transforms.Tests;

/// <summary>Four scored rows of a model with many classes. Two predictions are correct, and one is the next class.</summary>
sealed class ManyClassesView(int classes) : IDataView
{
    private static readonly (uint Label, uint Predicted)[] Rows = [(1, 1), (7, 7), (5, 6), (9, 3)];

    public DataViewSchema Schema { get; } = MakeSchema(classes);

    public bool CanShuffle => false;

    public long? GetRowCount() => Rows.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(this, classes);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private static DataViewSchema MakeSchema(int classes)
    {
        int[] values = [.. Enumerable.Range(0, classes)];
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add("KeyValues", new VectorDataViewType(NumberDataViewType.Int32, classes), (ref VBuffer<int> keys) => keys = new(classes, values));
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Label", new KeyDataViewType(typeof(uint), classes), annotations.ToAnnotations());
        schema.AddColumn("PredictedLabel", new KeyDataViewType(typeof(uint), classes), annotations.ToAnnotations());
        schema.AddColumn("Score", new VectorDataViewType(NumberDataViewType.Single, classes));
        return schema.ToSchema();
    }

    private sealed class Cursor(ManyClassesView view, int classes) : DataViewRowCursor
    {
        private int _position = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext() => ++_position < Rows.Length;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Delegate getter = column.Name switch
            {
                "Label" => (ValueGetter<uint>)((ref uint key) => key = Rows[_position].Label),
                "PredictedLabel" => (ValueGetter<uint>)((ref uint key) => key = Rows[_position].Predicted),
                _ => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> score) => score = new(classes, 1, [1], [(int)Rows[_position].Predicted - 1])),
            };
            return (ValueGetter<TValue>)getter;
        }
    }
}
