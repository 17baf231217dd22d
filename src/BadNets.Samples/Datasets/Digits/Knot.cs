namespace BadNets.Samples.Datasets;

/// <summary>A point that the pen passes through, in a box of 100×100 with y pointing down. At a corner, the direction changes abruptly.</summary>
readonly record struct Knot(float X, float Y, bool IsCorner);
