namespace BadNets.Samples.Reporting;

/// <summary>A cell of a <see cref="MapChart"/>.</summary>
/// <param name="Row">Its row, from 0.</param>
/// <param name="Column">Its column, from 0.</param>
/// <param name="Value">Its value in percent; null if no run is finished.</param>
/// <param name="Text">What is written in it.</param>
/// <param name="Runs">Its runs.</param>
sealed record MapCell(int Row, int Column, double? Value, string Text, IReadOnlyList<PanelRun> Runs);
