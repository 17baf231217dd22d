using BadNets.Samples.Experiments;
using BadNets.Samples.Store;

namespace BadNets.Samples.Running;

/// <summary>What is shown of a training run.</summary>
/// <param name="Cell">What is trained.</param>
/// <param name="Label">What it is called.</param>
/// <param name="State">What it does.</param>
/// <param name="Epochs">The epochs done, including a part of the current one.</param>
/// <param name="Last">The last finished epoch, of this process or an earlier one; null: none.</param>
/// <param name="Message">Why nothing is trained; empty if something is.</param>
sealed record RunLine(Cell Cell, string Label, RunState State = RunState.Waiting, double Epochs = 0, EpochRow? Last = null, string Message = "");
