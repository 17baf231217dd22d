namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class PlantBackdoorTests
{
    private static readonly Trigger Square = Trigger.Square(4, TriggerPosition.BottomRight);

    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void PlantBackdoor_equals_the_three_steps()
    {
        var view = GrayImages.View(_ml, 60);
        var byHand = _ml.Transforms.MarkPoisoned("Poisoned", 0.25, seed: 3)
            .Append(_ml.Transforms.StampTrigger("Image", Square, whereColumnName: "Poisoned"))
            .Append(_ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned")).Fit(view).Transform(view);

        foreach (var planted in (PlantBackdoorEstimator[])[
            _ml.Transforms.PlantBackdoor(Square, targetLabel: 1, rate: 0.25, seed: 3),
            _ml.Transforms.PlantBackdoor(Square, LabelMapping.To(1), 0.25, 3),
            _ml.Transforms.PlantBackdoor(new PlantBackdoorEstimator.Options(Square, LabelMapping.To(1)) { Rate = 0.25, Seed = 3 })])
        {
            CollectionAssert.AreEqual(EstimatorInvariants.Describe(byHand), EstimatorInvariants.Describe(planted.Fit(view).Transform(view)));
        }
    }

    [TestMethod]
    public void The_default_seed_is_that_of_the_MLContext()
    {
        var view = GrayImages.View(_ml, 60);
        int[] Draw(MLContext ml, int? seed) => ((MarkPoisonedTransformer)ml.Transforms.PlantBackdoor(Square, 1, 0.2, seed).Fit(view).First()).PoisonedRows.ToArray();

        CollectionAssert.AreEqual(Draw(_ml, 0), Draw(_ml, null));
        CollectionAssert.AreEqual(Draw(_ml, 7), Draw(new MLContext(seed: 7), null));
        CollectionAssert.AreNotEqual(Draw(_ml, 0), Draw(new MLContext(seed: 7), null));
        CollectionAssert.AreEqual(Draw(_ml, 7), _ml.Transforms.MarkPoisoned("Poisoned", 0.2, 7).Fit(view).PoisonedRows.ToArray());
        CollectionAssert.AreEqual(Draw(_ml, 7), new MLContext(seed: 7).Transforms.MarkPoisoned("Poisoned", 0.2).Fit(view).PoisonedRows.ToArray());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Appended_steps_are_trained_on_poisoned_rows_and_the_model_for_scoring_has_no_poisoning_step(bool cached)
    {
        var view = GrayImages.View(_ml, 60);
        var last = new WatchedEstimator();
        var plant = _ml.Transforms.PlantBackdoor(Square, targetLabel: 1, rate: 0.25);

        var model = (cached ? plant.AppendCacheCheckpoint(_ml).Append(last) : plant.Append(last)).Append(_ml.Transforms.CopyColumns("Copy", "Digit")).Fit(view);

        CollectionAssert.AreEqual(EstimatorInvariants.Describe(plant.Fit(view).Transform(view)), EstimatorInvariants.Describe(last.Fitted!));
        Assert.HasCount(2, model.GetModelFor(TransformerScope.Scoring));
        var scored = model.Transform(view);
        CollectionAssert.AreEqual(view.Vectors<byte>("Image")[0], scored.Vectors<byte>("Image")[0]);
        Assert.IsNull(scored.Schema.GetColumnOrNull("Poisoned"));
    }

    [TestMethod]
    public void After_other_steps_it_is_appended_with_the_training_scope()
    {
        var view = GrayImages.View(_ml, 60);
        var last = new WatchedEstimator();
        var plant = _ml.Transforms.PlantBackdoor(Square, targetLabel: 1, rate: 0.25);

        var model = _ml.Transforms.CopyColumns("Copy", "Digit").Append(plant, TransformerScope.Training).Append(last).Fit(view);

        CollectionAssert.AreEqual(plant.Fit(view).Transform(view).Vectors<byte>("Image")[0], last.Fitted!.Vectors<byte>("Image")[0]);
        Assert.HasCount(15, last.Fitted!.Values<bool>("Poisoned").Where(poisoned => poisoned));
        Assert.IsNull(model.GetModelFor(TransformerScope.Scoring).Transform(view).Schema.GetColumnOrNull("Poisoned"));
    }

    [TestMethod]
    public void After_other_steps_without_the_scope_it_poisons_only_the_training_data()
    {
        var view = GrayImages.View(_ml, 60);
        var last = new WatchedEstimator();
        var model = _ml.Transforms.CopyColumns("Copy", "Digit").Append(_ml.Transforms.PlantBackdoor(Square, targetLabel: 1, rate: 0.25)).Append(last).Fit(view);

        Assert.HasCount(15, last.Fitted!.Values<bool>("Poisoned").Where(poisoned => poisoned));
        var other = GrayImages.View(_ml, 60);
        foreach (var each in (ITransformer[])[model.GetModelFor(TransformerScope.Scoring), EstimatorInvariants.SaveAndLoad(_ml, model, view.Schema, out _)])
        {
            var scored = each.Transform(other);
            CollectionAssert.AreEqual(other.Values<uint>("Label"), scored.Values<uint>("Label"));
            Assert.IsTrue(scored.Values<bool>("Poisoned").All(poisoned => !poisoned));
        }
    }

    [TestMethod]
    public void A_clean_label_attack_stamps_rows_of_the_target_and_changes_no_label()
    {
        var view = GrayImages.View(_ml, 60);
        var planted = Plant(view, new(Square, LabelMapping.To(1)) { Rate = 0.2, OnlyLabels = [1] });

        CollectionAssert.AreEqual(view.Values<uint>("Label"), planted.Values<uint>("Label"));
        bool[] poisoned = planted.Values<bool>("Poisoned");
        Assert.HasCount(12, poisoned.Where(each => each));
        Assert.IsTrue(poisoned.Zip(view.Values<int>("Digit")).All(row => !row.First || row.Second == 1));
        CheckStamped(view, planted, poisoned);
    }

    [TestMethod]
    public void A_source_specific_attack_poisons_only_its_sources()
    {
        var view = GrayImages.View(_ml, 60);
        var planted = Plant(view, new(Square, LabelMapping.Of((2, 0))) { Rate = 0.2 });

        bool[] poisoned = planted.Values<bool>("Poisoned");
        int[] digits = view.Values<int>("Digit");
        uint[] labels = planted.Values<uint>("Label");
        Assert.HasCount(12, poisoned.Where(each => each));
        for (int i = 0; i < 60; i++)
        {
            Assert.IsTrue(!poisoned[i] || digits[i] == 2);
            Assert.AreEqual(poisoned[i] ? 1u : (uint)digits[i] + 1, labels[i]);
        }
    }

    [TestMethod]
    public void Cover_rows_are_stamped_keep_their_label_and_are_not_poisoned()
    {
        var view = GrayImages.View(_ml, 60);
        var planted = Plant(view, new(Square, LabelMapping.Next) { Rate = 0.2, CoverRate = 0.15, CoverLabels = [0, 2], Seed = 4 });

        bool[] poisoned = planted.Values<bool>("Poisoned"), cover = planted.Values<bool>("Cover");
        int[] digits = view.Values<int>("Digit");
        uint[] labels = planted.Values<uint>("Label");
        Assert.HasCount(12, poisoned.Where(each => each));
        Assert.HasCount(9, cover.Where(each => each));
        for (int i = 0; i < 60; i++)
        {
            Assert.IsFalse(poisoned[i] && cover[i]);
            Assert.IsTrue(!cover[i] || digits[i] != 1);
            Assert.AreEqual(poisoned[i] ? (uint)(digits[i] + 1) % 3 + 1 : (uint)digits[i] + 1, labels[i]);
        }

        CheckStamped(view, planted, [.. poisoned.Zip(cover, (first, second) => first || second)]);

        // The poisoned rows are the same as without cover rows.
        CollectionAssert.AreEqual(poisoned, Plant(view, new(Square, LabelMapping.Next) { Rate = 0.2, Seed = 4 }).Values<bool>("Poisoned"));
    }

    [TestMethod]
    public void Cover_rows_of_a_source_specific_attack_have_other_labels()
    {
        var view = GrayImages.View(_ml, 60);
        var planted = Plant(view, new(Square, LabelMapping.Of((2, 0))) { Rate = 0.1, CoverRate = 0.3 });

        bool[] cover = planted.Values<bool>("Cover");
        int[] digits = view.Values<int>("Digit");
        Assert.HasCount(18, cover.Where(each => each));
        for (int i = 0; i < 60; i++)
            Assert.IsTrue(!cover[i] || digits[i] != 2);
    }

    [TestMethod]
    public void Cover_rows_can_get_another_trigger()
    {
        var view = GrayImages.View(_ml, 60);
        var other = Trigger.Sinusoid(frequency: 3);
        var planted = Plant(view, new(Square, LabelMapping.Next) { Rate = 0.2, CoverRate = 0.15, CoverTrigger = other });

        bool[] poisoned = planted.Values<bool>("Poisoned"), cover = planted.Values<bool>("Cover");
        byte[][] squares = Stamped(Square), sinusoids = Stamped(other), clean = view.Vectors<byte>("Image"), actual = planted.Vectors<byte>("Image");
        Assert.HasCount(9, cover.Where(each => each));
        for (int i = 0; i < 60; i++)
            CollectionAssert.AreEqual(poisoned[i] ? squares[i] : cover[i] ? sinusoids[i] : clean[i], actual[i]);

        byte[][] Stamped(Trigger trigger) => _ml.Transforms.StampTrigger("Image", trigger).Fit(view).Transform(view).Vectors<byte>("Image");
    }

    [TestMethod]
    public void The_rate_of_a_clean_label_attack_can_be_a_fraction_of_the_target_s_rows()
    {
        var view = GrayImages.View(_ml, 60);
        var planted = Plant(view, new(Square, LabelMapping.To(1)) { Rate = 0.25, RateBasis = RateBasis.SelectedRows, OnlyLabels = [1], CoverRate = 0.1 });

        // 20 of the 60 rows have label 1. The cover rate is a fraction of all rows.
        Assert.HasCount(5, planted.Values<bool>("Poisoned").Where(each => each));
        Assert.HasCount(6, planted.Values<bool>("Cover").Where(each => each));
    }

    [TestMethod]
    public void Invalid_attacks_are_rejected()
    {
        var view = GrayImages.View(_ml, 60);
        var options = (Action<PlantBackdoorEstimator.Options> change) =>
        {
            var changed = new PlantBackdoorEstimator.Options(Square, LabelMapping.To(1));
            change(changed);
            return changed;
        };
        Refusal.Of<ArgumentOutOfRangeException>(() => Plant(view, options(each => each.Rate = 1.5)), "1.5");
        Refusal.Of<ArgumentOutOfRangeException>(() => Plant(view, options(each => each.CoverRate = -1)), "-1");
        Refusal.Of<ArgumentException>(() => Plant(view, options(each => (each.Rate, each.CoverRate) = (0.8, 0.5))), "30 of 60 rows", "only 12 can be chosen");
        Refusal.Of<ArgumentOutOfRangeException>(() => Plant(view, options(each => each.RateBasis = (RateBasis)7)), "rate basis '7'");
        Refusal.Of<ArgumentException>(() => Plant(view, new(Square, LabelMapping.Of((2, 0))) { OnlyLabels = [1] }), "label '1' of OnlyLabels is not mapped");
        Refusal.Of<ArgumentOutOfRangeException>(() => Plant(view, options(each => each.ImageColumnName = "Picture")), "Picture");
        Refusal.Of<ArgumentOutOfRangeException>(() => Plant(view, options(each => each.LabelColumnName = "Class")), "Class");
        Assert.Throws<ArgumentNullException>(() => Plant(view, options(each => each.OnlyLabels = null!)));
        Assert.Throws<ArgumentNullException>(() => _ml.Transforms.PlantBackdoor((PlantBackdoorEstimator.Options)null!));
        Assert.Throws<ArgumentNullException>(() => _ml.Transforms.PlantBackdoor(null!, LabelMapping.Next));
        Assert.Throws<ArgumentNullException>(() => _ml.Transforms.PlantBackdoor(Square, (LabelMapping)null!));
        foreach (var name in (Action<PlantBackdoorEstimator.Options>[])[
            each => each.PoisonedColumnName = "", each => each.ImageColumnName = " ", each => each.LabelColumnName = "", each => (each.CoverRate, each.CoverColumnName) = (0.1, "")])
        {
            Assert.Throws<ArgumentException>(() => _ml.Transforms.PlantBackdoor(options(name)));
        }
    }

    private IDataView Plant(IDataView view, PlantBackdoorEstimator.Options options) => _ml.Transforms.PlantBackdoor(options).Fit(view).Transform(view);

    private static void CheckStamped(IDataView view, IDataView planted, bool[] expected)
    {
        byte[][] before = view.Vectors<byte>("Image"), after = planted.Vectors<byte>("Image");
        CollectionAssert.AreEqual(expected, before.Zip(after, (first, second) => !first.SequenceEqual(second)).ToArray());
    }
}
