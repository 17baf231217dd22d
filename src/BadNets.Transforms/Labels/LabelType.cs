using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>The operations on a label column, for one type of labels.</summary>
abstract class LabelType
{
    /// <summary>The valid types of a label column, for error messages.</summary>
    public const string Expected = "a key with key values, a number, a Boolean, or text";

    /// <summary>Returns the label type of a column, or null if the column cannot contain labels.</summary>
    public static LabelType? Of(DataViewSchema.Column column)
    {
        if (column.Type is not KeyDataViewType key)
            return Of(column.Type);
        if (ReadAnnotation(column, AnnotationUtils.Kinds.KeyValues) is not { } values)
            return null;
        return key.RawType == typeof(byte) ? new KeyLabelType<byte>(values)
            : key.RawType == typeof(ushort) ? new KeyLabelType<ushort>(values)
            : key.RawType == typeof(uint) ? new KeyLabelType<uint>(values)
            : new KeyLabelType<ulong>(values);
    }

    /// <summary>Returns the label type of plain (non-key) values, or null.</summary>
    public static LabelType? Of(DataViewType? type) => type switch
    {
        TextDataViewType => new TextLabelType(),
        BooleanDataViewType => new NumberLabelType<bool>(),
        NumberDataViewType when type.RawType == typeof(sbyte) => new NumberLabelType<sbyte>(),
        NumberDataViewType when type.RawType == typeof(byte) => new NumberLabelType<byte>(),
        NumberDataViewType when type.RawType == typeof(short) => new NumberLabelType<short>(),
        NumberDataViewType when type.RawType == typeof(ushort) => new NumberLabelType<ushort>(),
        NumberDataViewType when type.RawType == typeof(int) => new NumberLabelType<int>(),
        NumberDataViewType when type.RawType == typeof(uint) => new NumberLabelType<uint>(),
        NumberDataViewType when type.RawType == typeof(long) => new NumberLabelType<long>(),
        NumberDataViewType when type.RawType == typeof(ulong) => new NumberLabelType<ulong>(),
        NumberDataViewType when type.RawType == typeof(float) => new NumberLabelType<float>(),
        NumberDataViewType when type.RawType == typeof(double) => new NumberLabelType<double>(),
        _ => null,
    };

    /// <summary>Returns the values of a vector annotation of a column, or null if there is none or its values cannot name labels.</summary>
    public static IReadOnlyList<LabelValue>? ReadAnnotation(DataViewSchema.Column column, string kind) =>
        column.Annotations.Schema.GetColumnOrNull(kind)?.Type is VectorDataViewType { IsKnownSize: true } type
            ? Of(type.ItemType)?.ReadAnnotationValues(column, kind)
            : null;

    /// <summary>Determines whether a column can contain labels, as far as its shape shows.</summary>
    public static bool Fits(SchemaShape.Column column) =>
        column.Kind == SchemaShape.Column.VectorKind.Scalar &&
        Of(column.IsKey ? column.Annotations.TryFindColumn(AnnotationUtils.Kinds.KeyValues, out var values) ? values.ItemType : null : column.ItemType) is not null;

    /// <summary>The type of a column with such labels. For a key, this is the raw type.</summary>
    public abstract PrimitiveDataViewType ItemType { get; }

    /// <summary>The labels that the column can have, which are the key values in key order, or null if any value can occur.</summary>
    public abstract IReadOnlyList<LabelValue>? Values { get; }

    /// <summary>Determines whether the column can contain a label.</summary>
    public abstract bool CanHold(LabelValue label);

    /// <summary>Creates a getter that returns the mapped label if the condition is true, and otherwise the row's own label.</summary>
    public abstract Delegate MakeMappingGetter(DataViewRow row, DataViewSchema.Column column, ValueGetter<bool>? where, LabelMapping mapping);

    /// <summary>Creates a function that determines whether the label of the current row is one of the given labels.</summary>
    public abstract Func<bool> MakeMembershipTest(DataViewRow row, DataViewSchema.Column column, IEnumerable<LabelValue> labels);

    /// <summary>Creates a function that returns the index in <paramref name="classes"/> of the label of the current row, or -1.</summary>
    public abstract Func<int> MakeIndexGetter(DataViewRow row, DataViewSchema.Column column, IReadOnlyList<LabelValue> classes);

    /// <summary>Adds labels of this type as a vector annotation.</summary>
    public abstract void AddAnnotation(DataViewSchema.Annotations.Builder annotations, string kind, IReadOnlyList<LabelValue> labels);

    /// <summary>Returns the values of a vector annotation whose items are of this type.</summary>
    protected abstract IReadOnlyList<LabelValue> ReadAnnotationValues(DataViewSchema.Column column, string kind);
}
