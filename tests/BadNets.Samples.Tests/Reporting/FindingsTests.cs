using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting;
using BadNets.Samples.Running;

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
        StringAssert.Contains(finding.Evidence, "between rate 0.02 (ASR 0.0200) and 0.025 (ASR 0.9500)");
    }

    [TestMethod]
    public void A_rate_that_half_succeeds_lies_between_the_sides_of_the_threshold()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.02", 0.02), ("0.025", 0.72), ("0.03", 0.99), ("0.05", 0.999));

        var finding = Only(results, "poisoning rates");

        Assert.AreEqual(Verdict.Holds, finding.Verdict);
        StringAssert.Contains(finding.Evidence, "between rate 0.02 (ASR 0.0200) and 0.03 (ASR 0.9900); in between: 0.025 (ASR 0.7200).");
    }

    [TestMethod]
    public void Failure_above_a_success_is_no_threshold()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.02", 0.95), ("0.025", 0.02), ("0.03", 0.99));

        Assert.AreEqual(Verdict.DoesNotHold, Only(results, "poisoning rates").Verdict);
    }

    [TestMethod]
    [DataRow(0.95, 0.99, "succeeds already at rate 0.01")]
    [DataRow(0.01, 0.02, "fails even at rate 0.05")]
    [DataRow(0.95, 0.02, "no one place")]
    [DataRow(0.02, 0.7, "no one place")]
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
        results.Add(Experiment.PoisoningRate, "0.01", [0.01], epochs: 5);
        results.Add(Experiment.PoisoningRate, "0.05", [0.99], epochs: 5);

        Assert.AreEqual(Verdict.CannotBeJudged, Only(results, "poisoning rates").Verdict);
    }

    [TestMethod]
    [DataRow(0.01, 0.99, true)]
    [DataRow(0.95, 0.99, false)]
    [DataRow(0.01, 0.02, false)]
    public void The_transition_of_sizes_is_looked_for_between_4_and_5(double four, double five, bool isSeen)
    {
        using var results = new FakeResults();
        results.Add(Experiment.TriggerSize, "1", [0, 0.01]);
        results.Add(Experiment.TriggerSize, "4", [0, four]);
        results.Add(Experiment.TriggerSize, "5", [0, five]);

        Assert.AreEqual(isSeen ? Verdict.Holds : Verdict.DoesNotHold, Only(results, "trigger sizes").Verdict);
    }

    [TestMethod]
    public void A_center_that_is_late_and_lively_is_told_from_the_corners()
    {
        using var results = new FakeResults();
        foreach (string corner in new[] { "br", "bl", "tr", "tl" })
            results.Add(Experiment.Position, corner, [0, 0.95, 0.96, 0.97, 0.98, 0.99]);
        results.Add(Experiment.Position, "center", [0, 0.1, 0.95, 0.7, 0.95, 0.98]);

        Assert.AreEqual(Verdict.Holds, Only(results, "wherever").Verdict);
        Assert.AreEqual(Verdict.Holds, Only(results, "sooner than one").Verdict);
        Assert.AreEqual(Verdict.Holds, Only(results, "up and down").Verdict);
    }

    [TestMethod]
    public void A_center_that_is_first_but_does_not_stay_is_told_from_one_that_is_late()
    {
        using var results = new FakeResults();
        foreach (string corner in new[] { "br", "bl", "tr", "tl" })
            results.Add(Experiment.Position, corner, [0, 0.1, 0.95, 0.97, 0.98, 0.99]);
        results.Add(Experiment.Position, "center", [0, 0.95, 0.5, 0.95, 0.5, 0.95]);

        var (sooner, stays) = (Only(results, "sooner than one"), Only(results, "comes to stay"));

        Assert.AreEqual(Verdict.DoesNotHold, sooner.Verdict);
        Assert.AreEqual("Epoch in which ASR first reaches 0.9: br 2, bl 2, tr 2, tl 2, center 1.", sooner.Evidence);
        Assert.AreEqual(Verdict.Holds, stays.Verdict);
        Assert.AreEqual("Epoch from which on ASR stays at 0.9 or more: br 2, bl 2, tr 2, tl 2, center 5.", stays.Evidence);
    }

    [TestMethod]
    public void An_attack_that_never_works_is_not_learnt_sooner_anywhere()
    {
        using var results = new FakeResults();
        foreach (string position in new[] { "br", "bl", "tr", "tl", "center" })
            results.Add(Experiment.Position, position, [0, 0.1]);

        var finding = Only(results, "sooner than one");

        Assert.AreEqual(Verdict.DoesNotHold, finding.Verdict);
        StringAssert.Contains(finding.Evidence, "bl never, tr never");
        Assert.AreEqual(Verdict.CannotBeJudged, Only(results, "up and down").Verdict);
    }

    [TestMethod]
    public void A_center_like_the_corners_is_not_seen_to_differ()
    {
        using var results = new FakeResults();
        foreach (string position in new[] { "br", "bl", "tr", "tl", "center" })
            results.Add(Experiment.Position, position, [0, 0.95, 0.96, 0.97, 0.98]);

        Assert.AreEqual(Verdict.DoesNotHold, Only(results, "sooner than one").Verdict);
        Assert.AreEqual(Verdict.DoesNotHold, Only(results, "up and down").Verdict);
    }

    [TestMethod]
    public void One_run_with_low_clean_accuracy_is_found()
    {
        using var results = new FakeResults();
        results.Add(Experiment.PoisoningRate, "0.01", [0.01]);
        results.Add(Experiment.PoisoningRate, "0.05", [0.99], accuracy: 0.61);

        var finding = Only(results, "Clean accuracy");

        Assert.AreEqual(Verdict.DoesNotHold, finding.Verdict);
        StringAssert.Contains(finding.Evidence, "0.6100");
    }

    [TestMethod]
    public void Success_of_a_model_that_knows_no_digits_does_not_count_as_the_first()
    {
        using var results = new FakeResults();
        results.Add(Experiment.Baseline, "", [1, 1], accuracy: 0.1135);

        Assert.IsNull(RunTrace.ReadAll(results.Folder).Single().FirstSuccess);
    }

    [TestMethod]
    public void A_finding_that_lacks_a_run_names_it_instead_of_judging()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.05", 0.99));
        results.Add(Experiment.PoisoningRate, "0.02", [0.1], epochs: 2);
        results.Add(Experiment.PoisoningRate, "0.025", [], epochs: 2, seed: 3);
        FailureFile.Write(results.Folder.Failure("MNIST_trigger1_pr0p02_ts5_br_ep2"), new IOException("No room."));

        foreach (string claim in new[] { "poisoning rates", "Clean accuracy" })
        {
            var finding = Only(results, claim);
            Assert.AreEqual(Verdict.CannotBeJudged, finding.Verdict);
            Assert.AreEqual("Missing: rate 0.02 (failed); rate 0.025, seed 3 (unfinished).", finding.Evidence);
        }
    }

    [TestMethod]
    public void One_seed_that_is_missing_is_missing()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.05", 0.99));
        results.Add(Experiment.PoisoningRate, "0.05", [], epochs: 2, seed: 1);

        Assert.AreEqual("Missing: rate 0.05, seed 1 (unfinished).", Only(results, "poisoning rates").Evidence);
    }

    [TestMethod]
    public void Positions_that_were_not_run_are_missing()
    {
        using var results = new FakeResults();
        foreach (string position in new[] { "br", "tr", "center" })
            results.Add(Experiment.Position, position, [0, 0.95, 0.96]);

        foreach (string claim in new[] { "wherever", "sooner than one", "comes to stay", "up and down" })
            Assert.AreEqual("Missing: bottom left (not run); top left (not run).", Only(results, claim).Evidence);
    }

    [TestMethod]
    public void A_run_whose_model_could_not_be_saved_is_judged_by_its_numbers()
    {
        using var results = new FakeResults().AddRates(("0.01", 0.01), ("0.05", 0.99));
        FailureFile.Write(results.Folder.Failure("MNIST_trigger1_pr0p05_ts5_br_ep2"), new IOException("No room."));

        Assert.AreEqual(Verdict.Holds, Only(results, "poisoning rates").Verdict);
    }

    private static Finding Only(FakeResults results, string claim) =>
        Findings.Of(Study.Of(RunTrace.ReadAll(results.Folder)).Single()).Single(finding => finding.Claim.Contains(claim, StringComparison.Ordinal));
}
