using BadNets.Samples.Errors;
using System.Text;

namespace BadNets.Samples.Commands;

/// <summary>Passes on text with visible control characters.</summary>
sealed class VisibleWriter(TextWriter output) : TextWriter(output.FormatProvider)
{
    public override Encoding Encoding => output.Encoding;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value) => output.Write(ControlCharacters.ShowInLines(value ?? ""));

    public override void WriteLine(string? value) => output.WriteLine(ControlCharacters.ShowInLines(value ?? ""));

    public override void Flush() => output.Flush();
}
