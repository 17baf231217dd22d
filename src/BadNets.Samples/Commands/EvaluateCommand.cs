using BadNets.Samples.Datasets;
using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using Microsoft.ML;
using Spectre.Console;

namespace BadNets.Samples.Commands;

/// <summary>Measures a saved model, without training.</summary>
sealed class EvaluateCommand(EvaluationRequest request, IAnsiConsole console)
{
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(request.Model))
            throw new UsageException($"There is no model '{request.Model}'; --model takes a file such as the training commands leave in results/models.");
        string folder = OutputFolder.MakeEvaluations(request.Output);
        cancellationToken.ThrowIfCancellationRequested();
        var ml = new MLContext();
        var model = ml.Model.LoadChecked(request.Model);
        using var disposable = model as IDisposable;
        cancellationToken.ThrowIfCancellationRequested();
        using var locator = DatasetLocator.ForThisUser();
        var dataset = await DataSearch.FindAsync(locator, request.Dataset, request.DataDirectory, console, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var images = new DigitImages(dataset, request.Rows);
        cancellationToken.ThrowIfCancellationRequested();

        var attack = request.Attack;
        string name = Path.GetFileNameWithoutExtension(request.Model);
        string path = Path.Combine(folder, FileName.Fit(name, FormattableString.Invariant($"_on_{images.Name}_trigger{attack.TargetLabel}_ts{attack.TriggerSize}_{attack.Position.ToCode()}.json")));
        // If the file cannot be created, report it before anything is measured.
        using (new PendingFile(path))
        {
        }

        console.WriteLine(FormattableString.Invariant($"Measuring {name} on {images.TestRows} test images of {images.Name}, clean and triggered."));
        var metrics = ml.MulticlassClassification.EvaluateBackdoor(model, Cancellable(ml, images.Test(ml), cancellationToken), attack.MakeTrigger(), attack.TargetLabel);
        var evaluation = Evaluation.Of(name, images.Name, attack, metrics);
        Print(evaluation);

        evaluation.Write(path);
        console.WriteLine($"Recorded in {path}.");
        return ExitCode.Success;
    }

    // Returns all rows until it is canceled. ML.NET has no public API to cancel the reader of a view.
    private static IDataView Cancellable(MLContext ml, IDataView view, CancellationToken cancellationToken) =>
        ml.Data.FilterByCustomPredicate<NoColumns>(view, _ =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        });

    private void Print(Evaluation evaluation)
    {
        console.WriteLine(FormattableString.Invariant(
            $"{evaluation.Model} on {evaluation.TestRows} test images of {evaluation.Dataset}, trigger of {evaluation.TriggerSize} px at {request.Attack.Position.ToName()}, target {evaluation.TargetLabel}"));
        console.WriteLine(FormattableString.Invariant(
            $"TCA {evaluation.TestCleanAccuracy:F4}  ASR {evaluation.AttackSuccessRate:F4}  ASR, all rows {evaluation.AttackSuccessRateAllRows:F4}  robust accuracy {evaluation.RobustAccuracy:F4}"));

        var success = new Table().Border(TableBorder.Simple).Title("ASR by true label");
        foreach (string label in evaluation.Labels)
            success.AddColumn(new TableColumn(new Text(label)).RightAligned());
        success.AddRow([.. evaluation.PerClassAttackSuccessRate.Select(rate => rate is { } known ? FormattableString.Invariant($"{known:F4}") : "–")]);
        console.Write(success);
        PrintMatrix("Clean: true label (down), predicted (across)", evaluation.Labels, evaluation.CleanConfusionMatrix);
        PrintMatrix("Triggered: true label (down), predicted (across)", evaluation.Labels, evaluation.TriggeredConfusionMatrix);
    }

    private void PrintMatrix(string title, IReadOnlyList<string> labels, IReadOnlyList<IReadOnlyList<double>> counts)
    {
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
