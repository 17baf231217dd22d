using System.Text.Json.Serialization;
using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting;
using BadNets.Samples.Store;

namespace BadNets.Samples.Tests.Reporting;

[TestClass]
public sealed class FindingsTests
{
    [TestMethod]
    public void A_threshold_is_named_by_the_rates_on_its_sides()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.02", 0.02), ("0.025", 0.95), ("0.05", 0.999));

        var finding = Only(results, "poisoning rates");

        Assert.AreEqual(Verdict.Holds, finding.Verdict);
        StringAssert.Contains(finding.Evidence, "between poisoning rate 2% (ASR 2.00%) and 2.5% (ASR 95.00%)");
    }

    [TestMethod]
    public void A_rate_that_half_succeeds_lies_between_the_sides_of_the_threshold()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.02", 0.02), ("0.025", 0.72), ("0.03", 0.99), ("0.05", 0.999));

        var finding = Only(results, "poisoning rates");

        Assert.AreEqual(Verdict.Holds, finding.Verdict);
        StringAssert.Contains(finding.Evidence, "between poisoning rate 2% (ASR 2.00%) and 3% (ASR 99.00%); in between: 2.5% (ASR 72.00%).");
    }

    [TestMethod]
    public void Failure_above_a_success_is_no_threshold()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.02", 0.95), ("0.025", 0.02), ("0.03", 0.99));

        Assert.AreEqual(Verdict.DoesNotHold, Only(results, "poisoning rates").Verdict);
    }

    [TestMethod]
    [DataRow(0.95, 0.99, "already succeeds at poisoning rate 1%")]
    [DataRow(0.01, 0.02, "fails even at poisoning rate 5%")]
    [DataRow(0.95, 0.02, "no single point")]
    [DataRow(0.02, 0.7, "no single point")]
    public void Without_a_threshold_it_says_what_there_is(double low, double high, string expected)
    {
        using var results = new FakeResults().AddRates(("0.01", low), ("0.05", high));

        var finding = Only(results, "poisoning rates");

        Assert.AreEqual(Verdict.DoesNotHold, finding.Verdict);
        StringAssert.Contains(finding.Evidence, expected);
    }

    [TestMethod]
    public void The_clean_control_is_no_low_rate()
    {
        using var results = new FakeResults().AddRates(("0", 0.0), ("0.01", 0.95), ("0.05", 0.99));

        Assert.AreEqual(Verdict.DoesNotHold, Only(results, "poisoning rates").Verdict);
    }

    [TestMethod]
    public void Unfinished_runs_are_not_judged()
    {
        using var results = new FakeResults();
        results.Add(FakeResults.PoisoningRate, "0.01", [0.01], epochs: 5);
        results.Add(FakeResults.PoisoningRate, "0.05", [0.99], epochs: 5);

        Assert.AreEqual(Verdict.CannotBeJudged, Only(results, "poisoning rates").Verdict);
    }

    [TestMethod]
    [DataRow(0.01, 0.99, true)]
    [DataRow(0.95, 0.99, false)]
    [DataRow(0.01, 0.02, false)]
    public void The_transition_of_sizes_is_looked_for_between_4_and_5(double four, double five, bool isSeen)
    {
        using var results = new FakeResults();
        results.Add(FakeResults.TriggerSize, "1", [0, 0.01]);
        results.Add(FakeResults.TriggerSize, "4", [0, four]);
        results.Add(FakeResults.TriggerSize, "5", [0, five]);

        Assert.AreEqual(isSeen ? Verdict.Holds : Verdict.DoesNotHold, Only(results, "trigger sizes").Verdict);
    }

    [TestMethod]
    public void A_center_that_is_late_and_lively_is_told_from_the_corners()
    {
        using var results = new FakeResults();
        foreach (string corner in new[] { "br", "bl", "tr", "tl" })
            results.Add(FakeResults.TriggerPosition, corner, [0, 0.95, 0.96, 0.97, 0.98, 0.99]);
        results.Add(FakeResults.TriggerPosition, "center", [0, 0.1, 0.95, 0.7, 0.95, 0.98]);

        Assert.AreEqual(Verdict.Holds, Only(results, "wherever").Verdict);
        Assert.AreEqual(Verdict.Holds, Only(results, "reaches 90% sooner").Verdict);
        Assert.AreEqual(Verdict.Holds, Only(results, "fluctuates more").Verdict);
    }

    [TestMethod]
    public void A_center_that_is_first_but_does_not_stay_is_told_from_one_that_is_late()
    {
        using var results = new FakeResults();
        foreach (string corner in new[] { "br", "bl", "tr", "tl" })
            results.Add(FakeResults.TriggerPosition, corner, [0, 0.1, 0.95, 0.97, 0.98, 0.99]);
        results.Add(FakeResults.TriggerPosition, "center", [0, 0.95, 0.5, 0.95, 0.5, 0.95]);

        var (sooner, stays) = (Only(results, "reaches 90% sooner"), Only(results, "stays at 90%"));

        Assert.AreEqual(Verdict.DoesNotHold, sooner.Verdict);
        Assert.AreEqual("Epoch in which ASR first reaches 90%: 2 (bottom right), 2 (bottom left), 2 (top right), 2 (top left), 1 (center).", sooner.Evidence);
        Assert.AreEqual(Verdict.Holds, stays.Verdict);
        Assert.AreEqual("Epoch from which ASR stays at 90% or more: 2 (bottom right), 2 (bottom left), 2 (top right), 2 (top left), 5 (center).", stays.Evidence);
    }

    [TestMethod]
    public void An_attack_that_never_works_is_not_learnt_sooner_anywhere()
    {
        using var results = new FakeResults();
        foreach (string position in new[] { "br", "bl", "tr", "tl", "center" })
            results.Add(FakeResults.TriggerPosition, position, [0, 0.1]);

        var finding = Only(results, "reaches 90% sooner");

        Assert.AreEqual(Verdict.DoesNotHold, finding.Verdict);
        StringAssert.Contains(finding.Evidence, "never (bottom left), never (top right)");
        Assert.AreEqual(Verdict.CannotBeJudged, Only(results, "fluctuates more").Verdict);
    }

    [TestMethod]
    public void A_center_like_the_corners_is_not_seen_to_differ()
    {
        using var results = new FakeResults();
        foreach (string position in new[] { "br", "bl", "tr", "tl", "center" })
            results.Add(FakeResults.TriggerPosition, position, [0, 0.95, 0.96, 0.97, 0.98]);

        Assert.AreEqual(Verdict.DoesNotHold, Only(results, "reaches 90% sooner").Verdict);
        Assert.AreEqual(Verdict.DoesNotHold, Only(results, "fluctuates more").Verdict);
    }

    [TestMethod]
    public void One_run_with_low_clean_accuracy_is_found()
    {
        using var results = new FakeResults();
        results.Add(FakeResults.PoisoningRate, "0.01", [0.01]);
        results.Add(FakeResults.PoisoningRate, "0.05", [0.99], accuracy: 0.61);

        var finding = Only(results, "Clean accuracy");

        Assert.AreEqual(Verdict.DoesNotHold, finding.Verdict);
        StringAssert.Contains(finding.Evidence, "61.00%");
    }

    [TestMethod]
    public void Success_of_a_model_that_has_learned_nothing_does_not_count_as_the_first()
    {
        using var results = new FakeResults();
        results.Add(FakeResults.Baseline, "", [1, 1], accuracy: 0.1135);

        Assert.IsNull(PanelReader.PanelsOf(Results.Read(results.Folder)).Single().Runs.Single().FirstSuccess);
    }

    [TestMethod]
    public void A_finding_that_lacks_a_run_names_it_instead_of_judging()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.05", 0.99));
        results.Add(FakeResults.PoisoningRate, "0.02", [0.1], epochs: 2);
        results.Add(FakeResults.PoisoningRate, "0.025", [], epochs: 2, seed: 3);
        results.Fail(FakeResults.PoisoningRate, "0.02", epochs: 2, new IOException("No room."));

        foreach (string claim in new[] { "poisoning rates", "Clean accuracy" })
        {
            var finding = Only(results, claim);
            Assert.AreEqual(Verdict.CannotBeJudged, finding.Verdict);
            Assert.AreEqual("Missing: rate 2%, seed 0 (failed); rate 2.5%, seed 3 (unfinished).", finding.Evidence);
        }
    }

    [TestMethod]
    public void One_seed_that_is_missing_is_missing()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.05", 0.99));
        results.Add(FakeResults.PoisoningRate, "0.05", [], epochs: 2, seed: 1);

        Assert.AreEqual("Missing: rate 5%, seed 1 (unfinished).", Only(results, "poisoning rates").Evidence);
    }

    [TestMethod]
    public void Positions_that_were_not_run_are_missing()
    {
        using var results = new FakeResults();
        foreach (string position in new[] { "br", "tr", "center" })
            results.Add(FakeResults.TriggerPosition, position, [0, 0.95, 0.96]);

        foreach (string claim in new[] { "wherever", "reaches 90% sooner", "stays at 90%", "fluctuates more" })
            Assert.AreEqual("Missing: bottom left (not run); top left (not run).", Only(results, claim).Evidence);
    }

    [TestMethod]
    public void A_run_whose_model_could_not_be_saved_is_judged_by_its_numbers()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.05", 0.99));
        results.Fail(FakeResults.PoisoningRate, "0.05", epochs: 2, new IOException("No room."));

        Assert.AreEqual(Verdict.Holds, Only(results, "poisoning rates").Verdict);
    }

    [TestMethod]
    public void One_corner_is_not_all_corners()
    {
        using var results = new FakeResults();
        results.Add(FakeResults.TriggerPosition, "br", [0, 0.95, 0.96]);
        results.Add(FakeResults.TriggerPosition, "center", [0, 0.1, 0.96]);

        var finding = Only(results, "reaches 90% sooner");

        Assert.AreEqual(Verdict.CannotBeJudged, finding.Verdict);
        Assert.AreEqual("Missing: bottom left (not run); top right (not run); top left (not run).", finding.Evidence);
    }

    [TestMethod]
    public void One_seed_that_never_gets_there_does_not_make_the_others_never()
    {
        using var results = new FakeResults();
        foreach (string position in new[] { "br", "bl", "tr", "tl", "center" })
        {
            bool isCenter = position == "center";
            results.Add(FakeResults.TriggerPosition, position, isCenter ? [0, 0, 0.1, 0.95] : [0, 0.95, 0.95, 0.95], seed: 0);
            results.Add(FakeResults.TriggerPosition, position, isCenter ? [0, 0, 0.1, 0.95] : [0, 0.1, 0.95, 0.95], seed: 1);
            results.Add(FakeResults.TriggerPosition, position, position == "bl" ? [0, 0, 0, 0.1] : [0, 0, 0.1, 0.95], seed: 2);
        }

        var finding = Only(results, "reaches 90% sooner");

        Assert.AreEqual(Verdict.Holds, finding.Verdict);
        Assert.AreEqual(
            "Epoch in which ASR first reaches 90%, median over the seeds: 2 (bottom right), 2 (bottom left; 1 of 3 seeds never), 2 (top right), 2 (top left), 3 (center).",
            finding.Evidence);
    }

    [TestMethod]
    public void One_seed_of_two_that_never_gets_there_leaves_the_epoch_of_the_other()
    {
        using var results = new FakeResults();
        foreach (string position in new[] { "br", "bl", "tr", "tl", "center" })
        {
            results.Add(FakeResults.TriggerPosition, position, position == "center" ? [0, 0, 0.95] : [0, 0.95, 0.95], seed: 0);
            results.Add(FakeResults.TriggerPosition, position, [0, 0, 0.1], seed: 1);
        }

        var finding = Only(results, "reaches 90% sooner");

        Assert.AreEqual(Verdict.Holds, finding.Verdict);
        StringAssert.Contains(finding.Evidence, "1 (bottom right; 1 of 2 seeds never)");
    }

    [TestMethod]
    public void A_turn_is_judged_at_each_value_of_the_other_axis()
    {
        using var results = new FakeResults();
        foreach (string size in new[] { "3", "5" })
        {
            results.Add(Grid, $"0.01 {size}", [0, 0.01]);
            results.Add(Grid, $"0.05 {size}", [0, size == "3" ? 0.02 : 0.99]);
        }

        var finding = Only(results, "turns somewhere");

        Assert.AreEqual(Verdict.DoesNotHold, finding.Verdict);
        Assert.AreEqual(
            "At 3 px: The attack fails even at poisoning rate 5% (ASR 2.00%). "
            + "At 5 px: The attack moves from failure to success between poisoning rate 1% (ASR 1.00%) and 5% (ASR 99.00%).",
            finding.Evidence);
    }

    [TestMethod]
    public void A_claim_about_a_value_that_no_axis_has_cannot_be_judged()
    {
        using var results = new FakeResults();
        var wrong = FakeResults.PoisoningRate with { Name = "wrong", Claims = [new LaterThanOthers("Late.", "center"), new TurningPoint("Turn.", [0.01, 0.5])] };
        results.Add(wrong, "0.01", [0, 0.01]).Add(wrong, "0.05", [0, 0.99]);

        Assert.AreEqual(new Finding("Late.", Verdict.CannotBeJudged, "The claim does not fit the experiment's axes."), Only(results, "Late"));
        Assert.AreEqual(new Finding("Turn.", Verdict.CannotBeJudged, "Missing: rate 50% (not run)."), Only(results, "Turn"));
    }

    [TestMethod]
    public void Every_kind_of_claim_has_a_judge()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.05", 0.99));
        var panel = PanelReader.PanelsOf(Results.Read(results.Folder)).Single();
        var kinds = typeof(Claim).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>().Select(kind => kind.DerivedType).ToArray();

        Assert.IsNotEmpty(kinds);
        foreach (var kind in kinds)
        {
            var constructor = kind.GetConstructors().Single(constructor => constructor.GetParameters()[0].Name == "Text");
            object?[] arguments = [.. constructor.GetParameters().Select(parameter => parameter.HasDefaultValue ? parameter.DefaultValue : parameter.Name == "Text" ? "It is so." : parameter.ParameterType == typeof(double) ? 0.01 : "0.01")];
            Assert.AreEqual("It is so.", ClaimJudge.Judge((Claim)constructor.Invoke(arguments), panel).Claim, kind.Name);
        }
    }

    private static readonly Experiment Grid = FakeResults.PoisoningRate with
    {
        Name = "rate-and-size",
        Axes = [new Axis("attack.rate", [0.01, 0.05]), new Axis("attack.trigger.size", [3, 5])],
        Claims = [new TurningPoint("It turns somewhere.")],
        Published = null,
    };

    private static Finding Only(FakeResults results, string claim) =>
        StudyFindings.Of(Study.Of(PanelReader.PanelsOf(Results.Read(results.Folder))).Single()).Single(finding => finding.Claim.Contains(claim, StringComparison.Ordinal));
}
