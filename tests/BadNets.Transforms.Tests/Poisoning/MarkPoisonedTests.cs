using CsCheck;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class MarkPoisonedTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void Exactly_the_floor_of_rate_times_rows_is_marked() => Gen.Select(Gen.Int[1, 300], Gen.Double[0, 1], Gen.Int[-5, 5]).Sample((rows, rate, seed) =>
    {
        int expected = (int)Math.Floor(rate * rows);
        if (expected == 0 && rate > 0)
            return;
        var view = Numbered(rows);
        var transformer = _ml.Transforms.MarkPoisoned("Poisoned", rate, seed).Fit(view);

        Assert.HasCount(expected, transformer.PoisonedRows);
        Assert.AreEqual(expected, transformer.PoisonedRows.Distinct().Count());
        CollectionAssert.AreEquivalent(transformer.PoisonedRows.ToArray(), Marked(transformer.Transform(view)));
    }, iter: 60, threads: 1);

    [TestMethod]
    public void Rate_0_marks_none_and_rate_1_all()
    {
        Assert.IsEmpty(Marked(Mark(Numbered(50), 0)));
        Assert.HasCount(50, Marked(Mark(Numbered(50), 1)));
    }

    [TestMethod]
    public void The_seed_decides_the_draw()
    {
        CollectionAssert.AreEqual(Marked(Mark(Numbered(200), 0.2, seed: 3)), Marked(Mark(Numbered(200), 0.2, seed: 3)));
        CollectionAssert.AreNotEqual(Marked(Mark(Numbered(200), 0.2, seed: 3)), Marked(Mark(Numbered(200), 0.2, seed: 4)));
    }

    [TestMethod]
    public void Rates_outside_0_to_1_and_rates_that_select_no_row_are_rejected()
    {
        foreach (double rate in (double[])[-0.1, 1.01, double.NaN, double.PositiveInfinity])
            Assert.AreEqual("Rate", Refusal.Of<ArgumentOutOfRangeException>(() => _ml.Transforms.MarkPoisoned("Poisoned", rate), "between 0 and 1").ParamName);
        Refusal.Of<ArgumentException>(() => Mark(Numbered(50), 0.019), "0.019", "none of the", "50", "0.02");
        Refusal.Of<ArgumentException>(() => Mark(Numbered(0), 0.5), "no rows");
        Assert.HasCount(1, Marked(Mark(Numbered(50), 0.02)));
        Assert.Throws<ArgumentException>(() => _ml.Transforms.MarkPoisoned("", 0.1));
    }

    [TestMethod]
    public void Only_rows_of_the_named_labels_are_chosen()
    {
        var view = Numbered(300);
        int[] marked = Marked(Mark(view, new() { Rate = 0.2, OnlyLabels = [1, 2] }));
        Assert.HasCount(60, marked);
        Assert.IsTrue(marked.All(row => row % 3 is 1 or 2));

        marked = Marked(Mark(view, new() { Rate = 0.3, ExceptLabels = [1] }));
        Assert.HasCount(90, marked);
        Assert.IsTrue(marked.All(row => row % 3 != 1));

        marked = Marked(Mark(view, new() { Rate = 0.1, OnlyLabels = [1, 2], ExceptLabels = [1], LabelColumnName = "Digit" }));
        Assert.IsTrue(marked.All(row => row % 3 == 2));
    }

    [TestMethod]
    public void A_restricted_choice_draws_from_the_allowed_rows()
    {
        // The 100 rows with label 0 are the rows 0, 3, 6, and so on. The choice is the same as among 100 rows.
        var drawn = Fit(Numbered(300), new() { Rate = 0.1 / 3 + 1e-9, OnlyLabels = [0] }).PoisonedRows;
        int[] expected = [.. Golden.Random.GetProperty("sample_seed0_n100_k10").GetProperty("first").EnumerateArray().Select(each => 3 * each.GetInt32())];
        CollectionAssert.AreEqual(expected, drawn.ToArray());
    }

    [TestMethod]
    public void Rows_that_another_column_names_are_never_chosen()
    {
        var view = Mark(Numbered(300), 0.4);
        var cover = Fit(view, new() { OutputColumnName = "Cover", Rate = 0.5, ExceptWhereColumnName = "Poisoned" });
        Assert.HasCount(150, cover.PoisonedRows);
        Assert.IsEmpty(cover.PoisonedRows.Intersect(Marked(view)));

        // The choice is among the other rows, in row order.
        int[] others = [.. Enumerable.Range(0, 300).Except(Marked(view))];
        CollectionAssert.AreEqual(Fit(Numbered(180), new() { Rate = 150 / 180.0 }).PoisonedRows.Select(drawn => others[drawn]).ToArray(), cover.PoisonedRows.ToArray());

        var both = Fit(view, new() { Rate = 0.1, ExceptWhereColumnName = "Poisoned", OnlyLabels = [2] }).PoisonedRows;
        Assert.IsTrue(both.All(row => row % 3 == 2 && others.Contains(row)));
        Refusal.Of<ArgumentException>(() => Mark(view, new() { Rate = 0.7, ExceptWhereColumnName = "Poisoned" }), "210", "300", "only 180 can be chosen");
        Refusal.Of<ArgumentOutOfRangeException>(() => Mark(view, new() { ExceptWhereColumnName = "Absent" }), "Absent");
        Refusal.Of<ArgumentOutOfRangeException>(() => Mark(view, new() { ExceptWhereColumnName = "Digit" }), "Digit", "Boolean");
        Assert.Throws<ArgumentException>(() => _ml.Transforms.MarkPoisoned(new MarkPoisonedEstimator.Options { ExceptWhereColumnName = " " }));
    }

    [TestMethod]
    public void The_rate_can_be_a_fraction_of_the_rows_that_can_be_chosen()
    {
        // A third of the rows has label 0, so a tenth of them are the same rows as a thirtieth of all rows.
        var view = Numbered(300);
        var ofSelected = Fit(view, new() { Rate = 0.1, RateBasis = RateBasis.SelectedRows, OnlyLabels = [0] });
        CollectionAssert.AreEqual(Fit(view, new() { Rate = 0.1 / 3 + 1e-9, OnlyLabels = [0] }).PoisonedRows.ToArray(), ofSelected.PoisonedRows.ToArray());
        Assert.HasCount(100, Fit(view, new() { Rate = 1, RateBasis = RateBasis.SelectedRows, OnlyLabels = [0] }).PoisonedRows);

        var marked = Mark(view, 0.4);
        Assert.HasCount(45, Fit(marked, new() { Rate = 0.25, RateBasis = RateBasis.SelectedRows, OutputColumnName = "Cover", ExceptWhereColumnName = "Poisoned" }).PoisonedRows);

        // Without a restriction, all rows can be chosen.
        CollectionAssert.AreEqual(Fit(view, new() { Rate = 0.1 }).PoisonedRows.ToArray(), Fit(view, new() { Rate = 0.1, RateBasis = RateBasis.SelectedRows }).PoisonedRows.ToArray());
    }

    [TestMethod]
    public void A_rate_that_selects_none_of_the_rows_that_can_be_chosen_is_rejected()
    {
        Refusal.Of<ArgumentException>(
            () => Mark(Numbered(90), new() { Rate = 0.03, RateBasis = RateBasis.SelectedRows, OnlyLabels = [0] }), "0.03", "none of the 30 rows that can be chosen", "0.033334");
        var all = Mark(Numbered(30), 1);
        foreach (var basis in Enum.GetValues<RateBasis>())
            Refusal.Of<ArgumentException>(() => Mark(all, new() { OutputColumnName = "Cover", RateBasis = basis, ExceptWhereColumnName = "Poisoned" }), "None of the 30 rows can be chosen");
        Assert.IsEmpty(Fit(all, new() { Rate = 0, OutputColumnName = "Cover", RateBasis = RateBasis.SelectedRows, ExceptWhereColumnName = "Poisoned" }).PoisonedRows);
        Refusal.Of<ArgumentOutOfRangeException>(() => Mark(Numbered(90), new() { RateBasis = (RateBasis)7 }), "rate basis '7'");
    }

    [TestMethod]
    public void The_same_rows_are_marked_after_a_model_that_scores_them()
    {
        var view = GrayImages.View(_ml, 40);
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(view);
        var transformer = _ml.Transforms.MarkPoisoned("Poisoned", 0.25).Fit(view);

        CollectionAssert.AreEqual(transformer.Transform(view).Values<bool>("Poisoned"), transformer.Transform(model.Transform(view)).Values<bool>("Poisoned"));
        Assert.HasCount(10, transformer.Transform(view).Values<bool>("Poisoned").Where(poisoned => poisoned));
    }

    [TestMethod]
    public void Too_few_rows_to_choose_from_are_counted_in_the_message()
    {
        Refusal.Of<ArgumentException>(() => Mark(Numbered(90), new() { Rate = 0.5, OnlyLabels = [1] }), "45", "90", "30", "lower rate");
        Refusal.Of<ArgumentException>(() => Mark(Numbered(90), new() { Rate = 0.5, OnlyLabels = [7] }), "'7'", "Label", "0, 1, 2");
        Refusal.Of<ArgumentOutOfRangeException>(() => Mark(Numbered(90), new() { OnlyLabels = [1], LabelColumnName = "Class" }), "Class");
        Refusal.Of<ArgumentException>(() => Mark(Numbered(90), new() { OnlyLabels = [1], LabelColumnName = "" }), "label column");
        Assert.Throws<ArgumentNullException>(() => Mark(Numbered(90), new() { OnlyLabels = null! }));
        Assert.Throws<ArgumentNullException>(() => Mark(Numbered(90), null!));
    }

    [TestMethod]
    public void Shuffled_cached_filtered_and_parallel_reading_finds_the_same_rows()
    {
        var view = Numbered(500);
        var transformer = _ml.Transforms.MarkPoisoned("Poisoned", 0.1).Fit(view);
        int[] expected = [.. transformer.PoisonedRows.Order()];
        var marked = transformer.Transform(view);

        CollectionAssert.AreEqual(expected, Marked(marked));
        CollectionAssert.AreEqual(expected, Marked(_ml.Data.ShuffleRows(marked, seed: 5)));
        CollectionAssert.AreEqual(expected, Marked(_ml.Data.Cache(marked)));
        CollectionAssert.AreEqual(expected, Marked(transformer.Transform(_ml.Data.Cache(view))));
        CollectionAssert.AreEqual(expected.Where(row => row % 3 > 0).ToArray(), Marked(_ml.Data.FilterRowsByColumn(marked, "Number", 1)));
        CollectionAssert.AreEqual(
            expected.Where(row => row >= 100).ToArray(), Marked(_ml.Data.SkipRows(marked, 100)));
        CollectionAssert.AreEqual(
            expected, _ml.Data.CreateEnumerable<ReadBack>(marked, reuseRowObject: false).Where(row => row.Poisoned).Select(row => row.Row).Order().ToArray());
        foreach (int threads in (int[])[1, 2, 4])
            CollectionAssert.AreEqual(expected, MarkedInParallel(_ml.Data.Cache(marked), threads));
        foreach (int threads in (int[])[1, 3])
            CollectionAssert.AreEqual(expected, MarkedInParallel(transformer.Transform(_ml.Data.Cache(view)), threads));
    }

    [TestMethod]
    public void The_fitted_view_can_be_filtered()
    {
        var filtered = _ml.Data.FilterRowsByColumn(Numbered(300), "Number", lowerBound: 1);
        var transformer = _ml.Transforms.MarkPoisoned("Poisoned", 0.1).Fit(filtered);
        int[] kept = [.. filtered.Values<int>("Row")];

        CollectionAssert.AreEqual(transformer.PoisonedRows.Select(position => kept[position]).Order().ToArray(), Marked(transformer.Transform(filtered)));
        Assert.HasCount(20, transformer.PoisonedRows);
    }

    [TestMethod]
    public void No_row_of_other_data_is_marked()
    {
        var view = Numbered(100);
        var transformer = _ml.Transforms.MarkPoisoned("Poisoned", 0.5).Fit(view);
        Assert.HasCount(50, Marked(transformer.Transform(view)));

        // All these views have rows with the chosen row IDs.
        foreach (var other in (IDataView[])[
            Numbered(100),
            _ml.Data.Cache(Numbered(100)),
            _ml.Data.ShuffleRows(view, seed: 5),
            _ml.Data.TakeRows(view, 90),
            _ml.Data.FilterRowsByColumn(view, "Number", lowerBound: 1),
            _ml.Data.CrossValidationSplit(view)[0].TrainSet])
        {
            Assert.IsEmpty(Marked(transformer.Transform(other)));
        }
    }

    [TestMethod]
    public void No_row_is_marked_in_the_other_part_of_a_split()
    {
        var split = _ml.Data.TrainTestSplit(Numbered(100), testFraction: 0.5);
        foreach (var (train, test) in new[] { (split.TrainSet, split.TestSet), (_ml.Data.Cache(split.TrainSet), _ml.Data.Cache(split.TestSet)) })
        {
            var transformer = _ml.Transforms.MarkPoisoned("Poisoned", 1).Fit(train);
            Assert.HasCount(train.Values<int>("Row").Length, Marked(transformer.Transform(train)));
            Assert.IsEmpty(Marked(transformer.Transform(test)));
        }
    }

    [TestMethod]
    public void The_same_rows_are_marked_in_views_that_are_derived_row_by_row()
    {
        var filtered = _ml.Data.FilterRowsByColumn(Numbered(300), "Number", lowerBound: 1);
        foreach (var fitted in Derive(filtered))
        {
            var transformer = _ml.Transforms.MarkPoisoned("Poisoned", 0.1).Fit(fitted);
            int[] expected = Marked(transformer.Transform(fitted));
            Assert.HasCount(20, expected);
            foreach (var derived in Derive(filtered))
                CollectionAssert.AreEqual(expected, Marked(transformer.Transform(derived)));
            CollectionAssert.AreEqual(expected, Marked(transformer.Transform(transformer.Transform(fitted))));
        }

        // Rows of a filtered view keep their IDs, but a cache renumbers them.
        IDataView[] Derive(IDataView view) => [view, Mapped(view), _ml.Data.Cache(Mapped(view)), Mapped(_ml.Data.Cache(view)), _ml.Data.Cache(_ml.Data.Cache(view))];

        IDataView Mapped(IDataView view) => _ml.Transforms.CopyColumns("Copy", "Row").Append(_ml.Transforms.SelectColumns("Copy", "Row", "Label")).Fit(view).Transform(view);
    }

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, false)]
    [DataRow(false, true)]
    [DataRow(true, true)]
    public void A_nested_chain_is_trained_on_the_marked_rows(bool cacheBefore, bool cacheAfter)
    {
        var view = _ml.Data.FilterRowsByColumn(Numbered(300), "Number", lowerBound: 1);
        int[] expected = Marked(Mark(view, 0.1));
        var inner = new EstimatorChain<ITransformer>().Append<ITransformer>(_ml.Transforms.CopyColumns("Copy", "Row"));
        inner = (cacheBefore ? inner.AppendCacheCheckpoint(_ml) : inner).Append<ITransformer>(_ml.Transforms.MarkPoisoned("Poisoned", 0.1));
        var outer = new EstimatorChain<ITransformer>().Append<ITransformer>(inner);
        var last = new WatchedEstimator();

        var model = (cacheAfter ? outer.AppendCacheCheckpoint(_ml) : outer).Append(last).Fit(view);

        CollectionAssert.AreEqual(expected, Marked(last.Fitted!));
        CollectionAssert.AreEqual(expected, Marked(model.Transform(view)));
    }

    [TestMethod]
    public void A_nested_chain_can_be_for_training_only()
    {
        var view = Numbered(100);
        var last = new WatchedEstimator();
        var inner = new EstimatorChain<ITransformer>().Append<ITransformer>(_ml.Transforms.CopyColumns("Copy", "Row"))
            .Append<ITransformer>(_ml.Transforms.MarkPoisoned("Poisoned", 0.1));

        var model = new EstimatorChain<ITransformer>().Append<ITransformer>(inner, TransformerScope.Training).Append(last).Fit(view);

        CollectionAssert.AreEqual(Marked(Mark(view, 0.1)), Marked(last.Fitted!));
        Assert.IsNull(model.Transform(view).Schema.GetColumnOrNull("Poisoned"));
    }

    [TestMethod]
    public void Other_data_causes_one_warning()
    {
        var ml = new MLContext(seed: 0);
        var warnings = new List<LoggingEventArgs>();
        ml.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(message);
        };
        var view = Numbered(20);
        var transformer = ml.Transforms.MarkPoisoned("{Poisoned}", 0.5).Fit(view);
        transformer.Transform(view);
        transformer.GetOutputSchema(Numbered(20).Schema);
        ml.Transforms.MarkPoisoned("Poisoned", 0).Fit(view).Transform(Numbered(20));
        Assert.IsEmpty(warnings);

        transformer.Transform(Numbered(20));
        transformer.Transform(Numbered(20));

        StringAssert.Contains(warnings.Single().RawMessage, "'{Poisoned}' is false in every row");
    }

    [TestMethod]
    public void A_loaded_transformer_marks_no_rows_but_knows_the_marked_ones()
    {
        var view = Numbered(100);
        var transformer = _ml.Transforms.MarkPoisoned("Poisoned", 0.1).Fit(view);
        var loaded = (MarkPoisonedTransformer)EstimatorInvariants.SaveAndLoad(_ml, transformer, view.Schema, out _);
        CollectionAssert.AreEqual(transformer.PoisonedRows.ToArray(), loaded.PoisonedRows.ToArray());
        Assert.IsEmpty(Marked(loaded.Transform(view)));
    }

    [TestMethod]
    public void The_training_data_is_not_kept_in_memory()
    {
        var (transformer, data) = FitAndForget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.IsFalse(data.TryGetTarget(out _));
        Assert.IsEmpty(Marked(transformer.Transform(Numbered(100))));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private (MarkPoisonedTransformer Transformer, WeakReference<IDataView> Data) FitAndForget()
    {
        var view = Numbered(100);
        return (_ml.Transforms.MarkPoisoned("Poisoned", 0.1).Fit(view), new WeakReference<IDataView>(view));
    }

    private static int[] MarkedInParallel(IDataView view, int threads)
    {
        var columns = new[] { view.Schema["Poisoned"], view.Schema["Row"] };
        var marked = new System.Collections.Concurrent.ConcurrentBag<int>();
        Parallel.ForEach(view.GetRowCursorSet(columns, threads), cursor =>
        {
            using (cursor)
            {
                var poisoned = cursor.GetGetter<bool>(columns[0]);
                var number = cursor.GetGetter<int>(columns[1]);
                bool isPoisoned = false;
                int row = 0;
                while (cursor.MoveNext())
                {
                    poisoned(ref isPoisoned);
                    number(ref row);
                    if (isPoisoned)
                        marked.Add(row);
                }
            }
        });
        return [.. marked.Order()];
    }

    private IDataView Mark(IDataView view, double rate, int seed = 0) => _ml.Transforms.MarkPoisoned("Poisoned", rate, seed).Fit(view).Transform(view);

    private IDataView Mark(IDataView view, MarkPoisonedEstimator.Options options) => Fit(view, options).Transform(view);

    private MarkPoisonedTransformer Fit(IDataView view, MarkPoisonedEstimator.Options options) => _ml.Transforms.MarkPoisoned(options).Fit(view);

    private static int[] Marked(IDataView view) =>
        [.. view.Values<int>("Row").Zip(view.Values<bool>("Poisoned")).Where(each => each.Second).Select(each => each.First).Order()];

    private IDataView Numbered(int count)
    {
        var view = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(row => new NumberedRow { Row = row, Digit = row % 3, Number = row % 3 }));
        return _ml.Transforms.Conversion.MapValueToKey("Label", "Digit").Fit(view).Transform(view);
    }

    private sealed class NumberedRow
    {
        public int Row { get; set; }

        public int Digit { get; set; }

        public float Number { get; set; }
    }

    private sealed class ReadBack
    {
        public int Row { get; set; }

        public bool Poisoned { get; set; }
    }
}
