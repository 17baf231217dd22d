using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Stores the values of several rows of a cursor, so that they can be read after the cursor has moved past them.</summary>
sealed class RowBuffer
{
    private readonly Dictionary<int, Column> _columns = [];
    private readonly ValueGetter<DataViewRowId> _id;
    private readonly DataViewRowId[] _ids;

    public RowBuffer(DataViewRow row, IEnumerable<DataViewSchema.Column> columns, int capacity)
    {
        foreach (var column in columns)
            _columns.Add(column.Index, Column.Create(row, column, capacity));
        _id = row.GetIdGetter();
        _ids = new DataViewRowId[capacity];
    }

    /// <summary>Determines whether the values of a column can be copied and stored. Objects with an owner, such as images, cannot.</summary>
    public static bool CanKeep(DataViewSchema.Column column) => column.Type is PrimitiveDataViewType or VectorDataViewType;

    /// <summary>Stores the current row of the cursor.</summary>
    public void Keep(int slot)
    {
        foreach (var column in _columns.Values)
            column.Keep(slot);
        _id(ref _ids[slot]);
    }

    /// <summary>Creates a <see cref="ValueGetter{TValue}"/> for the value of a column in the slot that a function returns.</summary>
    public Delegate MakeGetter(int column, Func<int> slot) => _columns[column].MakeGetter(slot);

    public ValueGetter<DataViewRowId> MakeIdGetter(Func<int> slot) => (ref DataViewRowId id) => id = _ids[slot()];

    private abstract class Column
    {
        public static Column Create(DataViewRow row, DataViewSchema.Column column, int capacity)
        {
            string create = column.Type is VectorDataViewType ? nameof(CreateVectors) : nameof(CreateValues);
            var type = (column.Type as VectorDataViewType)?.ItemType.RawType ?? column.Type.RawType;
            return (Column)typeof(Column).GetMethod(create, BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(type).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [row, column, capacity], null)!;
        }

        public abstract void Keep(int slot);

        public abstract Delegate MakeGetter(Func<int> slot);

        private static Values<T> CreateValues<T>(DataViewRow row, DataViewSchema.Column column, int capacity) => new(row.GetGetter<T>(column), capacity);

        private static Vectors<T> CreateVectors<T>(DataViewRow row, DataViewSchema.Column column, int capacity) =>
            new(row.GetGetter<VBuffer<T>>(column), capacity);
    }

    private sealed class Values<T>(ValueGetter<T> source, int capacity) : Column
    {
        private readonly T[] _values = new T[capacity];

        public override void Keep(int slot) => source(ref _values[slot]);

        public override Delegate MakeGetter(Func<int> slot) => (ValueGetter<T>)((ref T value) => value = _values[slot()]);
    }

    private sealed class Vectors<T>(ValueGetter<VBuffer<T>> source, int capacity) : Column
    {
        private readonly VBuffer<T>[] _vectors = new VBuffer<T>[capacity];
        private VBuffer<T> _next;

        // Copied, because the source might reuse the same memory for every row.
        public override void Keep(int slot)
        {
            source(ref _next);
            _next.CopyTo(ref _vectors[slot]);
        }

        public override Delegate MakeGetter(Func<int> slot) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> vector) => _vectors[slot()].CopyTo(ref vector));
    }
}
