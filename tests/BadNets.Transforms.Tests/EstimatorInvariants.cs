using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

/// <summary>Checks what ML.NET requires of every estimator and its transformer, including saving.</summary>
static class EstimatorInvariants
{
    /// <param name="ml">The context.</param>
    /// <param name="estimator">The estimator.</param>
    /// <param name="valid">Data that it accepts.</param>
    /// <param name="invalid">Data that it must reject.</param>
    public static void Check<T>(MLContext ml, IEstimator<T> estimator, IDataView valid, params IDataView[] invalid) where T : class, ITransformer =>
        CheckOn(valid, ml, estimator, valid, invalid);

    /// <summary>
    /// Checks the same for an estimator that transforms the fitted data differently from all other data, such as <paramref name="data"/>.
    /// </summary>
    public static void CheckOn<T>(IDataView data, MLContext ml, IEstimator<T> estimator, IDataView valid, params IDataView[] invalid) where T : class, ITransformer
    {
        foreach (var refused in invalid)
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(ShapeOf(refused.Schema)));
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(refused));
        }

        var promised = estimator.GetOutputSchema(ShapeOf(data.Schema));
        var transformer = estimator.Fit(valid);
        var loaded = SaveAndLoad(ml, transformer, data.Schema, out var inputSchema);

        var schema = transformer.GetOutputSchema(data.Schema);
        CheckShape(promised, ShapeOf(schema), "");
        CheckColumns([.. data.Schema.Where(column => column.Type is not ImageDataViewType)], inputSchema);
        CheckSchema(schema, transformer.Transform(data).Schema);
        CheckSchema(schema, loaded.GetOutputSchema(data.Schema));

        Assert.IsTrue(transformer.IsRowToRowMapper);
        var mapper = transformer.GetRowToRowMapper(data.Schema);
        Assert.AreSame(data.Schema, mapper.InputSchema);
        CheckSchema(schema, mapper.OutputSchema);

        var rows = Describe(transformer.Transform(data));
        Assert.IsNotEmpty(rows);
        CollectionAssert.AreEqual(rows, Describe(loaded.Transform(data)));
        CheckNearlyEqual(rows, Describe(mapper, data));
        CheckEachColumnAlone(transformer.Transform(data));
    }

    public static SchemaShape ShapeOf(DataViewSchema schema) =>
        (SchemaShape)typeof(SchemaShape).GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic, [typeof(DataViewSchema)])!.Invoke(null, [schema])!;

    public static ITransformer SaveAndLoad(MLContext ml, ITransformer transformer, DataViewSchema schema, out DataViewSchema loadedSchema)
    {
        using var folder = new TemporaryFolder();
        ml.Model.Save(transformer, schema, folder["model.zip"]);
        return new MLContext().Model.Load(folder["model.zip"], out loadedSchema);
    }

    /// <summary>Checks that a transformer rejects data, before and after it is saved and loaded.</summary>
    public static void CheckRefusal(MLContext ml, ITransformer transformer, IDataView valid, params IDataView[] invalid)
    {
        foreach (var each in (ITransformer[])[transformer, SaveAndLoad(ml, transformer, valid.Schema, out _)])
        {
            foreach (var refused in invalid)
            {
                Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => each.GetOutputSchema(refused.Schema));
                Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => each.GetRowToRowMapper(refused.Schema));
                Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => each.Transform(refused));
            }
        }
    }

    /// <summary>Returns a line for each row of a view, with the exact value of every visible column.</summary>
    public static string[] Describe(IDataView view)
    {
        var columns = Visible(view.Schema);
        using var cursor = view.GetRowCursor(columns);
        return Describe(cursor, cursor, columns);
    }

    /// <summary>Returns the same for the rows that a mapper creates from a view one by one.</summary>
    public static string[] Describe(IRowToRowMapper mapper, IDataView input)
    {
        var columns = Visible(mapper.OutputSchema);
        using var cursor = input.GetRowCursor(mapper.GetDependencies(columns).Concat(Visible(input.Schema)).DistinctBy(column => column.Index));
        using var row = mapper.GetRow(cursor, columns);
        return Describe(cursor, row, columns);
    }

    private static string[] Describe(DataViewRowCursor cursor, DataViewRow row, DataViewSchema.Column[] columns)
    {
        var values = Array.ConvertAll(columns, column => Reader(row, column));
        var rows = new List<string>();
        while (cursor.MoveNext())
            rows.Add(string.Join(" | ", values.Select(value => value())));
        return [.. rows];
    }

    // A view scores rows in batches, and a mapper one by one. libtorch then adds in a different order.
    public static void CheckNearlyEqual(string[] expected, string[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        foreach (var (want, got) in expected.Zip(actual))
        {
            string[] wanted = want.Split(' '), gotten = got.Split(' ');
            Assert.HasCount(wanted.Length, gotten);
            for (int i = 0; i < wanted.Length; i++)
            {
                if (wanted[i] != gotten[i])
                    Assert.AreEqual(float.Parse(wanted[i], CultureInfo.InvariantCulture), float.Parse(gotten[i], CultureInfo.InvariantCulture), 1e-5f);
            }
        }
    }

    private static void CheckEachColumnAlone(IDataView view)
    {
        var columns = Visible(view.Schema);
        string[][] all = Array.ConvertAll(Describe(view), row => row.Split(" | "));
        for (int i = 0; i < columns.Length; i++)
        {
            using var cursor = view.GetRowCursor([columns[i]]);
            foreach (var column in view.Schema)
                Assert.IsTrue(cursor.IsColumnActive(column) || column.Index != columns[i].Index);
            CollectionAssert.AreEqual(Array.ConvertAll(all, row => row[i]), Describe(cursor, cursor, [columns[i]]), columns[i].Name);
        }
    }

    private static DataViewSchema.Column[] Visible(DataViewSchema schema) => [.. schema.Where(column => !column.IsHidden)];

    private static Func<string> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        string method = column.Type is VectorDataViewType ? nameof(VectorReader) : nameof(ValueReader);
        var type = column.Type is VectorDataViewType vector ? vector.ItemType.RawType : column.Type.RawType;
        return (Func<string>)typeof(EstimatorInvariants).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(type).Invoke(null, [row, column])!;
    }

    private static Func<string> VectorReader<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> value = default;
        return () =>
        {
            getter(ref value);
            return string.Join(' ', value.DenseValues().Select(Text));
        };
    }

    private static Func<string> ValueReader<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return Text(value);
        };
    }

    private static string Text<T>(T value) => value is MLImage image
        ? $"{image.Width}×{image.Height} {Convert.ToHexString(SHA256.HashData(image.Pixels))}"
        : string.Create(CultureInfo.InvariantCulture, $"{value}");

    private static void CheckShape(SchemaShape promised, SchemaShape delivered, string owner)
    {
        CollectionAssert.AreEquivalent(promised.Select(column => column.Name).ToArray(), delivered.Select(column => column.Name).ToArray(), owner);
        foreach (var promise in promised)
        {
            var delivery = delivered.Single(column => column.Name == promise.Name);
            string name = $"{owner}{promise.Name}";
            Assert.AreEqual(promise.Kind, delivery.Kind, name);
            Assert.AreEqual(promise.IsKey, delivery.IsKey, name);
            Assert.AreEqual(promise.ItemType, delivery.ItemType, name);
            CheckShape(promise.Annotations, delivery.Annotations, name + " / ");
        }
    }

    private static void CheckSchema(DataViewSchema expected, DataViewSchema actual) => CheckColumns([.. expected], actual);

    private static void CheckColumns(DataViewSchema.Column[] expected, DataViewSchema actual)
    {
        Assert.HasCount(expected.Length, actual);
        foreach (var (want, got) in expected.Zip(actual))
        {
            Assert.AreEqual(want.Name, got.Name);
            Assert.AreEqual(want.IsHidden, got.IsHidden, want.Name);
            Assert.AreEqual(want.Type, got.Type, want.Name);
            CheckAnnotations(want, got);
        }
    }

    private static void CheckAnnotations(DataViewSchema.Column expected, DataViewSchema.Column actual)
    {
        CollectionAssert.AreEqual(Names(expected), Names(actual), expected.Name);
        foreach (var annotation in expected.Annotations.Schema)
        {
            Assert.AreEqual(annotation.Type, actual.Annotations.Schema[annotation.Name].Type, $"{expected.Name} / {annotation.Name}");
            Assert.AreEqual(Value(expected, annotation.Name), Value(actual, annotation.Name), $"{expected.Name} / {annotation.Name}");
        }

        static string[] Names(DataViewSchema.Column column) => [.. column.Annotations.Schema.Select(annotation => annotation.Name).Order(StringComparer.Ordinal)];

        static string Value(DataViewSchema.Column column, string kind)
        {
            var row = new AnnotationRow(column.Annotations);
            return Reader(row, row.Schema[kind])();
        }
    }

    private sealed class AnnotationRow(DataViewSchema.Annotations annotations) : DataViewRow
    {
        public override DataViewSchema Schema => annotations.Schema;

        public override long Position => 0;

        public override long Batch => 0;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => annotations.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => throw new NotSupportedException();

        public override bool IsColumnActive(DataViewSchema.Column column) => true;
    }
}
