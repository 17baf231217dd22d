using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

/// <summary>A view of images whose size is not part of the column type.</summary>
sealed class ImageView(params MLImage?[] images) : IDataView
{
    public DataViewSchema Schema { get; } = MakeSchema();

    public bool CanShuffle => false;

    public long? GetRowCount() => images.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(Schema, images);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private static DataViewSchema MakeSchema()
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Image", new ImageDataViewType());
        return schema.ToSchema();
    }

    private sealed class Cursor(DataViewSchema schema, MLImage?[] images) : DataViewRowCursor
    {
        private int _position = -1;

        public override DataViewSchema Schema => schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext() => ++_position < images.Length;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            (ValueGetter<TValue>)(Delegate)(ValueGetter<MLImage?>)((ref MLImage? image) => image = images[_position]);
    }
}
