using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

/// <summary>Every image that a component creates is disposed of when it is no longer used, regardless of who holds it in the meantime.</summary>
[TestClass]
public sealed class ImageOwnershipTests
{
    private static readonly bool[] Marks = [true, true, false, false, true, false, true, true, false, true];

    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void All_images_are_disposed_of_if_the_reader_returns_each_one()
    {
        var source = new MadeImagesView(Marks);
        var stamped = Stamp(source);
        MLImage? last = null;
        var seen = new List<MLImage>();
        using (var cursor = stamped.GetRowCursor([stamped.Schema["Image"]]))
        {
            var image = cursor.GetGetter<MLImage?>(stamped.Schema["Image"]);
            while (cursor.MoveNext())
            {
                image(ref last);
                seen.Add(last!);
                Assert.IsLessThanOrEqualTo(2, source.Made.Count(made => !IsDisposed(made)), "At most the reader's and the source's image are alive.");
            }
        }

        Assert.IsFalse(IsDisposed(last!), "The last image is the reader's.");
        last!.Dispose();
        Assert.HasCount(Marks.Length, source.Made);
        Assert.IsTrue(source.Made.Concat(seen).All(IsDisposed));
    }

    [TestMethod]
    public void All_images_are_disposed_of_if_the_reader_has_several_image_variables()
    {
        var source = new MadeImagesView(Marks);
        var stamped = Stamp(source);
        var places = new MLImage?[3];
        var seen = new List<MLImage>();
        using (var cursor = stamped.GetRowCursor([stamped.Schema["Image"]]))
        {
            var image = cursor.GetGetter<MLImage?>(stamped.Schema["Image"]);
            for (int row = 0; cursor.MoveNext(); row++)
            {
                image(ref places[row % 3]);
                seen.Add(places[row % 3]!);
                foreach (var place in places.Take(row + 1))
                    Assert.IsFalse(IsDisposed(place!), "An image in a reader's place is not disposed before the reader hands it back.");
            }
        }

        foreach (var place in places)
            place!.Dispose();
        Assert.IsTrue(source.Made.Concat(seen).All(IsDisposed));
    }

    [TestMethod]
    public void Images_that_a_reader_keeps_stay_alive()
    {
        var source = new MadeImagesView(Marks);
        var stamped = Stamp(source);
        var kept = new List<MLImage>();
        using (var cursor = stamped.GetRowCursor([stamped.Schema["Image"]]))
        {
            var image = cursor.GetGetter<MLImage?>(stamped.Schema["Image"]);
            while (cursor.MoveNext())
            {
                MLImage? own = null;
                image(ref own);
                kept.Add(own!);
            }
        }

        Assert.IsFalse(kept.Exists(IsDisposed));
        Assert.IsTrue(source.Made.Except(kept).All(IsDisposed), "The originals of stamped images are nobody's any more.");
    }

    private IDataView Stamp(MadeImagesView source) =>
        _ml.Transforms.StampTrigger("Image", Trigger.Square(1, 0, 0), whereColumnName: "Poisoned").Fit(source).Transform(source);

    private static bool IsDisposed(MLImage image)
    {
        try
        {
            return image.Width < 0;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>A view that creates its images, like LoadImages. Its getter disposes of images that are passed to it.</summary>
    private sealed class MadeImagesView : IDataView
    {
        private readonly bool[] _marks;

        public MadeImagesView(bool[] marks)
        {
            _marks = marks;
            var schema = new DataViewSchema.Builder();
            schema.AddColumn("Image", new ImageDataViewType());
            schema.AddColumn("Poisoned", BooleanDataViewType.Instance);
            Schema = schema.ToSchema();
        }

        public List<MLImage> Made { get; } = [];

        public DataViewSchema Schema { get; }

        public bool CanShuffle => false;

        public long? GetRowCount() => _marks.Length;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(this);

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [new Cursor(this)];

        private sealed class Cursor(MadeImagesView view) : DataViewRowCursor
        {
            private int _position = -1;

            public override DataViewSchema Schema => view.Schema;

            public override long Position => _position;

            public override long Batch => 0;

            public override bool MoveNext() => ++_position < view._marks.Length;

            public override bool IsColumnActive(DataViewSchema.Column column) => true;

            public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
            {
                Delegate getter = column.Index == 0
                    ? (ValueGetter<MLImage?>)((ref MLImage? image) =>
                    {
                        image?.Dispose();
                        image = ColorImages.MakeImage(3, 3, _position);
                        view.Made.Add(image);
                    })
                    : (ValueGetter<bool>)((ref bool mark) => mark = view._marks[_position]);
                return (ValueGetter<TValue>)getter;
            }
        }
    }
}
