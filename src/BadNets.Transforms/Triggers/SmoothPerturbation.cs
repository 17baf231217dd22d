namespace BadNets.Transforms;

/// <summary>
/// Finds one smooth change for all images that moves the answers of a model toward a target class: gradient descent on the cross-entropy of the target,
/// in which every step is a sum of the lowest frequencies.
/// </summary>
sealed class SmoothPerturbation
{
    private const int BatchSize = 64;

    private readonly TorchCnnTransformer _model;
    private readonly byte[][] _images;
    private readonly int _targetClass;
    private readonly LowPassFilter _filter;

    /// <param name="model">The model.</param>
    /// <param name="images">The images, each of the shape that the model takes.</param>
    /// <param name="targetClass">The index of the target class.</param>
    /// <param name="frequencies">The number of frequencies in each direction.</param>
    public SmoothPerturbation(TorchCnnTransformer model, byte[][] images, int targetClass, int frequencies)
    {
        _model = model;
        _images = images;
        _targetClass = targetClass;
        _filter = new LowPassFilter(model.ImageShape.Height, model.ImageShape.Width, frequencies);
    }

    /// <summary>Finds the change.</summary>
    /// <param name="strength">The largest change of a pixel value.</param>
    /// <param name="steps">The number of steps.</param>
    /// <returns>The change of each value, channels × height × width. The largest absolute value is the strength, except if the model has no gradient.</returns>
    public double[] Find(double strength, int steps)
    {
        var change = new double[_model.ImageShape.Size];
        var slopes = new double[change.Length];
        for (int step = 0; step < steps; step++)
        {
            ComputeSlopes(change, slopes);
            Filter(slopes);
            double steepest = Largest(slopes);
            if (steepest == 0)
                break;
            // A tenth of the strength at first, and less and less, so that the change settles.
            double rate = 0.1 * strength / steepest * (steps - step) / steps;
            for (int i = 0; i < change.Length; i++)
                change[i] -= rate * slopes[i];
            // Scaled, not clamped, because clamping would add high frequencies.
            if (Largest(change) > strength)
                Scale(change, strength);
        }

        if (Largest(change) > 0)
            Scale(change, strength);
        return change;
    }

    /// <summary>Computes the gradient of the loss with respect to the change, summed over all images.</summary>
    private void ComputeSlopes(double[] change, double[] slopes)
    {
        Array.Clear(slopes);
        for (int first = 0; first < _images.Length; first += BatchSize)
        {
            var batch = _images.AsSpan(first, Math.Min(BatchSize, _images.Length - first));
            float[] pixels = new float[batch.Length * change.Length], gradient = new float[pixels.Length];
            for (int at = 0; at < pixels.Length; at++)
                pixels[at] = (float)Math.Clamp(batch[at / change.Length][at % change.Length] + change[at % change.Length], 0, 255);
            var labels = new long[batch.Length];
            Array.Fill(labels, _targetClass);
            PixelGradient.Compute(_model, pixels, labels, gradient);
            // A pixel that is already black or white does not change any further.
            for (int at = 0; at < pixels.Length; at++)
            {
                if (pixels[at] is > 0 and < 255)
                    slopes[at % change.Length] += gradient[at];
            }
        }
    }

    private void Filter(double[] slopes)
    {
        int size = _model.ImageShape.Height * _model.ImageShape.Width;
        for (int start = 0; start < slopes.Length; start += size)
            _filter.Apply(slopes.AsSpan(start, size));
    }

    private static void Scale(double[] change, double strength)
    {
        double factor = strength / Largest(change);
        for (int i = 0; i < change.Length; i++)
            change[i] *= factor;
    }

    private static double Largest(double[] values) => values.Max(Math.Abs);
}
