using Spectre.Console;
using Spectre.Console.Rendering;

namespace BadNets.Samples.Running;

/// <summary>A column of texts that are made when they are drawn, not at every step of a training.</summary>
sealed class ProgressTextColumn : ProgressColumn
{
    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(task.Tag is Func<string> text ? text() : task.Description);
}
