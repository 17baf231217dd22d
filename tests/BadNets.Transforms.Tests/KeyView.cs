using System.Globalization;

namespace BadNets.Transforms.Tests;

/// <summary>A view with one row for each key of a raw type, in order, with text key values.</summary>
sealed class KeyView<T>(string[] values) : IDataView
{
    public DataViewSchema Schema { get; } = MakeSchema(values);

    public bool CanShuffle => false;

    public long? GetRowCount() => values.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(Schema, values.Length);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private static DataViewSchema MakeSchema(string[] values)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add("KeyValues", new VectorDataViewType(TextDataViewType.Instance, values.Length),
            (ref VBuffer<ReadOnlyMemory<char>> keys) => keys = new(values.Length, Array.ConvertAll(values, value => value.AsMemory())));
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Key", new KeyDataViewType(typeof(T), values.Length), annotations.ToAnnotations());
        return schema.ToSchema();
    }

    private sealed class Cursor(DataViewSchema schema, int count) : DataViewRowCursor
    {
        private int _position = -1;

        public override DataViewSchema Schema => schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext() => ++_position < count;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => (ValueGetter<TValue>)(Delegate)(ValueGetter<T>)(
            (ref T key) => key = (T)Convert.ChangeType(_position + 1, typeof(T), CultureInfo.InvariantCulture));
    }
}
