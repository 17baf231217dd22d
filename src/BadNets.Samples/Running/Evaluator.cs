using BadNets.Samples.Datasets;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using BadNets.Samples.Store;
using Microsoft.ML;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>Measures a saved model, without training.</summary>
/// <param name="request">The model, and what to test it with.</param>
/// <param name="output">The folder for results.</param>
/// <param name="console">Where results are shown.</param>
sealed class Evaluator(EvaluationRequest request, string output, IAnsiConsole console)
{
    // A matrix with more does not fit into a terminal; the file has it.
    private const int MostLabelsShown = 20;

    /// <returns>What was measured.</returns>
    public async Task<Evaluation> RunAsync(CancellationToken cancellationToken)
    {
        ModelFile.Require(request.Model);
        string folder = ResultsFolder.MakeEvaluations(output);
        cancellationToken.ThrowIfCancellationRequested();
        var ml = new MLContext();
        var model = ml.Model.LoadChecked(request.Model);
        using var disposable = model as IDisposable;
        cancellationToken.ThrowIfCancellationRequested();
        using var locator = MnistLocator.ForThisUser();
        var dataset = await DataSearch.FindAsync(locator, request.Data, console, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var identity = dataset.Identify();
        cancellationToken.ThrowIfCancellationRequested();

        var attack = request.Attack;
        string name = Name(request.Model);
        string path = Path.Combine(folder, FileName.Fit(name, $"_on_{identity.Name}_{attack.ToSlug()}.json"));
        // If the file cannot be created, report it before anything is measured.
        using (new PendingFile(path))
        {
        }

        console.WriteLine(FormattableString.Invariant($"Measuring {name} on {identity.TestRows} test images of {identity.Name}, clean and triggered."));
        using var sources = new TriggerSources(() => dataset.Train(ml), TriggerSources.NoModel);
        var metrics = ml.MulticlassClassification.EvaluateBackdoor(model, Cancellable(ml, dataset.Test(ml), cancellationToken), attack.TriggerInTests.Make(sources), attack.Mapping.Make());
        var evaluation = Evaluation.Of(name, identity.Name, attack, metrics);
        Print(evaluation);

        evaluation.Write(path);
        console.WriteLine($"Recorded in {path}.");
        return evaluation;
    }

    // Returns all rows until it is canceled. ML.NET has no public API to cancel the reader of a view.
    private static IDataView Cancellable(MLContext ml, IDataView view, CancellationToken cancellationToken) =>
        ml.Data.FilterByCustomPredicate<NoColumns>(view, _ =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        });

    // Every cell's model has the same file name; the folder's name says which cell it is.
    private static string Name(string model) =>
        Path.GetFileName(model) == "model.zip" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(model))) is { Length: > 0 } cell
            ? cell
            : Path.GetFileNameWithoutExtension(model);

    private void Print(Evaluation evaluation)
    {
        console.WriteLine(FormattableString.Invariant(
            $"{evaluation.Model} on {evaluation.TestRows} test images of {evaluation.Dataset}, trigger: {request.Attack.TriggerInTests.ToLabel()}, {request.Attack.Mapping.ToLabel()}"));
        console.WriteLine(FormattableString.Invariant(
            $"TCA {evaluation.TestCleanAccuracy:0.00%}  ASR {evaluation.AttackSuccessRate:0.00%}  robust accuracy {evaluation.RobustAccuracy:0.00%}{(evaluation.ControlAccuracy is { } control ? FormattableString.Invariant($"  control accuracy {control:0.00%}") : "")}"));

        if (evaluation.Labels.Count > MostLabelsShown)
            return;
        var success = new Table().Border(TableBorder.Simple).AddColumn("true label").AddColumn(new TableColumn("ASR").RightAligned());
        foreach (var (label, rate) in evaluation.Labels.Zip(evaluation.PerClassAttackSuccessRate))
            success.AddRow(new Text(label), new Text(rate is { } known ? FormattableString.Invariant($"{known:0.00%}") : "–"));
        console.Write(success);
        PrintMatrix("Clean: true label (down), predicted (across)", evaluation.Labels, evaluation.CleanConfusionMatrix);
        PrintMatrix("Triggered: true label (down), predicted (across)", evaluation.Labels, evaluation.TriggeredConfusionMatrix);
    }

    private void PrintMatrix(string title, IReadOnlyList<string> labels, IReadOnlyList<IReadOnlyList<double>>? counts)
    {
        if (counts is null)
            return;

        var matrix = new Table().Border(TableBorder.Simple).Title(title);
        matrix.AddColumn("");
        foreach (string label in labels)
            matrix.AddColumn(new TableColumn(new Text(label)).RightAligned());
        for (int row = 0; row < labels.Count; row++)
            matrix.AddRow([new Text(labels[row]), .. counts[row].Select(count => new Text(FormattableString.Invariant($"{count}")))]);
        console.Write(matrix);
    }

    private sealed class NoColumns;
}
