using System.Text;

namespace BadNets.Samples.Reporting;

/// <summary>A study at a glance: what was done, the answer, the numbers, and one figure.</summary>
sealed class Overview(PageRuns runs, PageCharts charts)
{
    public void AddTo(StringBuilder page, Study study, ReportFigure? figure)
    {
        var cells = study.Cells;
        var (best, worst) = (AnswerSentence.BestOf(cells), AnswerSentence.WorstOf(cells));
        page.AppendLine("<div class=\"overview\"><div>");
        page.AppendLine($"<p class=\"done\">{Html.Escape(WhatWasDone(study))}</p>");
        if (best is not null)
        {
            page.AppendLine($"<p class=\"answer\">{Html.Escape(AnswerSentence.Of(best, study.ControlOf(best)))}</p>");
            AddNumbers(page, study, best);
            page.AppendLine("<dl class=\"ends\">");
            AddRun(page, study, best, best == worst ? "The attack" : "Best attack");
            if (worst is not null && worst != best)
                AddRun(page, study, worst, "Worst attack");
            page.AppendLine("</dl>");
        }
        else
        {
            page.AppendLine("<p class=\"answer\">No training run with a backdoor has finished yet.</p>");
        }

        var commands = RepeatCommand.Of(study);
        page.AppendLine($"<p class=\"again\">Command{(commands.Count == 1 ? "" : "s")} to repeat {(cells.Count == 1 ? "it" : "all runs")}</p>{Html.Commands(commands)}");
        page.AppendLine("</div>");
        if (figure is not null)
            charts.AddTo(page, figure);
        page.AppendLine("</div>");
        page.AppendLine("<p class=\"note\"><strong>ASR</strong>, the attack success rate, is the share of triggered test images that get the label that the attack aims at, among those that have another label: "
            + "about 0% without a backdoor. <strong>TCA</strong> is the accuracy on clean test images.</p>");
    }

    private static string WhatWasDone(Study study)
    {
        int poisoned = study.Cells.Count - study.Controls.Count;
        string axes = string.Join(", ", study.Panels.SelectMany(panel => panel.Axes).Select(axis => axis.Name).Distinct());
        return $"{Sentences.Count(poisoned, "training run")} planted a backdoor in an image classifier: a share of the training images got a trigger and the label that the attack aims at."
            + (axes.Length > 0 ? $" What varied: {axes}." : "")
            + (study.Controls.Count > 0 ? $" {Sentences.Count(study.Controls.Count, "more run")} trained the clean control, the same model without poisoned images." : "");
    }

    private static void AddNumbers(StringBuilder page, Study study, PanelRun best)
    {
        var findings = StudyFindings.Of(study);
        var control = study.ControlOf(best);
        page.AppendLine("<dl class=\"numbers\">");
        Add("Attack success rate (ASR)", Percent.Of(best.Last!.AttackSuccess), control is null ? "" : $"clean control: {Percent.Of(control.Last!.AttackSuccess)}");
        Add("Clean accuracy (TCA)", Percent.Of(best.Last.CleanAccuracy), control is null ? "" : $"clean control: {Percent.Of(control.Last!.CleanAccuracy)}");
        int complete = study.Cells.Count(run => run.IsComplete), failed = study.Cells.Count(run => run.Stored.Failure is not null);
        Add("Training runs", FormattableString.Invariant($"{complete} of {study.Cells.Count}"), failed == 0 ? "finished" : FormattableString.Invariant($"finished, {failed} failed"));
        Add("Claims that hold", FormattableString.Invariant($"{findings.Count(finding => finding.Verdict == Verdict.Holds)} of {findings.Count}"), "see Findings");
        page.AppendLine("</dl>");

        void Add(string name, string number, string note) => page.AppendLine($"<div><dt>{name}</dt><dd><strong>{number}</strong> {note}</dd></div>");
    }

    private void AddRun(StringBuilder page, Study study, PanelRun run, string name)
    {
        string command = study.Cells.Count > 1 && RepeatCommand.Of(study, run) is { } single ? $"<details><summary>Repeat only this run</summary>{Html.Commands([single])}</details>" : "";
        page.AppendLine($"<div><dt>{name}</dt><dd>{runs.LinkTo(run)}: ASR {Percent.Of(run.Last!.AttackSuccess)}, TCA {Percent.Of(run.Last.CleanAccuracy)}{command}</dd></div>");
    }
}
