namespace BadNets.Samples.Datasets;

/// <summary>A point of the drawn path. <see cref="Pressure"/> is a factor for the radius of the pen on the way to the point.</summary>
readonly record struct PenPoint(float X, float Y, float Pressure, bool StartsStroke);
