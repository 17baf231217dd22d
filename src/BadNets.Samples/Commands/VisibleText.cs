using BadNets.Samples.Errors;
using Spectre.Console.Rendering;

namespace BadNets.Samples.Commands;

/// <summary>Makes control characters visible in all text that a console writes, except the console's own control codes.</summary>
sealed class VisibleText : IRenderHook
{
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
        renderables.Select(renderable => new Shown(renderable));

    private sealed class Shown(IRenderable content) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => content.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => content.Render(options, maxWidth).Select(segment =>
            segment.IsControlCode || segment.IsLineBreak || !ControlCharacters.AreIn(segment.Text)
                ? segment
                : new Segment(ControlCharacters.ShowInLines(segment.Text), segment.Style));
    }
}
