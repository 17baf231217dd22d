using System.Text;
using BadNets.Samples.Store;

namespace BadNets.Samples.Reporting;

/// <summary>Test images: once as they are, and then for each run with the trigger and with the model's answers.</summary>
sealed class ImageRows(PageRuns runs)
{
    /// <summary>The most runs whose images are on a page, so that it stays small.</summary>
    public const int MostRuns = 32;

    private int _left = MostRuns;

    public void AddTo(StringBuilder page, IReadOnlyList<PanelRun> all)
    {
        PanelRun[] complete = [.. all.Where(run => run.IsComplete)], shown = [.. complete.Take(_left)];
        (PanelRun Run, CellImages Images)[] rows = [.. shown.Select(run => (run, CellImages.Read(run.Stored.Folder))).Where(row => row.Item2?.Images.Count > 0).Select(row => (row.run, row.Item2!))];
        _left -= rows.Length;
        int without = shown.Length - rows.Length;
        if (rows.Length == 0 && without == 0)
            return;

        page.AppendLine("<h3>What the models answer</h3>");
        if (rows.Length > 0)
        {
            var images = rows[0].Images;
            page.AppendLine("<p>Each answer is below its image. <b class=\"hit\">✓ A check mark</b> and a thick frame: the attack succeeded, the model answers what the attack aims at. "
                + "Images that have this label anyway do not count.</p>");
            page.AppendLine($"<div class=\"answers\">\n<div class=\"tiles\"{Size(images)}><h4>Test images without the trigger</h4><ol>{string.Concat(images.Images.Select(image => Tile(image.Clean, $"{image.Label} without the trigger", image.Label, "")))}</ol></div>");
        }

        foreach (var (run, images) in rows)
        {
            int number = runs.NumberOf(run), successes = images.Images.Count(image => image.IsSuccess() == true), attacked = images.Images.Count(image => image.IsSuccess() is not null);
            string tiles = string.Concat(images.Images.Select(image => Tile(image.Triggered,
                $"{image.Label} with the trigger: the model answers {image.TriggeredAnswer}{(image.IsSuccess() == true ? ", the attack succeeded" : "")}",
                image.TriggeredAnswer, image.IsSuccess() == true ? "hit" : "")));
            page.AppendLine(FormattableString.Invariant(
                $"<div class=\"tiles\" data-runs=\"{number}\"{Size(images)}><h4>{runs.LinkTo(run)} <span>{successes} of {attacked}; ASR {Percent.Of(run.Last!.AttackSuccess)}</span></h4><ol>{tiles}</ol></div>"));
        }

        if (rows.Length > 0)
            page.AppendLine("</div>");
        if (without > 0)
            page.AppendLine(FormattableString.Invariant($"<p class=\"note\">{Sentences.Count(without, "run")} of an earlier version {(without == 1 ? "has" : "have")} no images for this page. Repeat the command that trained {(without == 1 ? "it" : "them")} to make them from the saved model{(without == 1 ? "" : "s")}, without training.</p>"));
        if (complete.Length > shown.Length)
            page.AppendLine(FormattableString.Invariant($"<p class=\"note\">A page has the images of at most {MostRuns} runs, so that it stays small; those of the other {complete.Length - shown.Length} are in cells/ID/images.json.</p>"));
    }

    private static string Size(CellImages images) => FormattableString.Invariant($" style=\"--w:{images.Width};--h:{images.Height}\"");

    private static string Tile(byte[] content, string description, string answer, string style) =>
        $"<li{(style.Length > 0 ? $" class=\"{style}\"" : "")}><img alt=\"{Html.Escape(description)}\" src=\"data:{Files.ImageType.Of(content)};base64,{Convert.ToBase64String(content)}\"><span aria-hidden=\"true\">{(style.Length > 0 ? "✓ " : "")}{Html.Escape(answer)}</span></li>";
}
