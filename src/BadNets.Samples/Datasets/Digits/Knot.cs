namespace BadNets.Samples.Datasets;

/// <summary>A point the pen passes through, in a box of 100 by 100 with y downwards; at a corner it changes direction at once.</summary>
readonly record struct Knot(float X, float Y, bool IsCorner);
