namespace BadNets.Samples.Datasets;

/// <summary>A point of the drawn path; <see cref="Pressure"/> multiplies the pen's radius on the way to it.</summary>
readonly record struct PenPoint(float X, float Y, float Pressure, bool StartsStroke);
