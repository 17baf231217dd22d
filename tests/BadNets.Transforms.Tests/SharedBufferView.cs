namespace BadNets.Transforms.Tests;

/// <summary>
/// A view like those of users, whose getters return its own arrays. Optionally, every pass has a different order.
/// </summary>
sealed class SharedBufferView : IDataView
{
    private readonly bool _isShuffledAnew;
    private int _passes;

    public SharedBufferView(int count, ImageShape shape, bool isShuffledAnew = false)
    {
        _isShuffledAnew = isShuffledAnew;
        Images = Array.ConvertAll(Enumerable.Range(0, count).ToArray(), i => Enumerable.Repeat((byte)i, shape.Size).ToArray());
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Image", new VectorDataViewType(NumberDataViewType.Byte, shape.Channels, shape.Height, shape.Width));
        schema.AddColumn("Odd", BooleanDataViewType.Instance);
        schema.AddColumn("Number", NumberDataViewType.Int32);
        schema.AddColumn("Name", TextDataViewType.Instance);
        Schema = schema.ToSchema();
    }

    public byte[][] Images { get; }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    public long? GetRowCount() => Images.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        int[] order = [.. Enumerable.Range(0, Images.Length)];
        if (_isShuffledAnew)
            new Random(_passes++).Shuffle(order);
        return new Cursor(this, [.. columnsNeeded.Select(column => column.Index)], order);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(SharedBufferView view, HashSet<int> active, int[] order) : DataViewRowCursor
    {
        private int _position = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext() => ++_position < order.Length;

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)order[_position], 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Assert.IsTrue(IsColumnActive(column));
            Delegate getter = column.Index switch
            {
                0 => (ValueGetter<VBuffer<byte>>)((ref VBuffer<byte> image) => image = new VBuffer<byte>(view.Images[0].Length, view.Images[order[_position]])),
                1 => (ValueGetter<bool>)((ref bool odd) => odd = order[_position] % 2 == 1),
                2 => (ValueGetter<int>)((ref int number) => number = order[_position]),
                _ => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> name) => name = $"row {order[_position]}".AsMemory()),
            };
            return (ValueGetter<TValue>)getter;
        }
    }
}
