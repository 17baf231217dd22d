using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Perturbs images by projected gradient ascent on the loss of a model (untargeted PGD in the ℓ∞ norm).</summary>
sealed class GradientAscent
{
    private readonly TorchCnnTransformer _model;
    private readonly float _epsilon;
    private readonly float _stepSize;
    private readonly int _steps;
    private readonly int _seed;
    private readonly Action _checkAlive;

    /// <param name="perturbation">The settings.</param>
    /// <param name="seed">The seed of the random starts.</param>
    /// <param name="checkAlive">Throws an exception if the work was canceled.</param>
    public GradientAscent(AdversarialPerturbation perturbation, int seed, Action checkAlive)
    {
        _model = perturbation.Model;
        _epsilon = (float)perturbation.Epsilon;
        _stepSize = (float)(perturbation.StepSize ?? 1.5 * perturbation.Epsilon / perturbation.Steps);
        _steps = perturbation.Steps;
        _seed = seed;
        _checkAlive = checkAlive;
    }

    /// <summary>Perturbs a batch of images.</summary>
    /// <param name="images">The raw pixels, rows × channels × height × width, from 0 to 255.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="rows">The row ID of each image.</param>
    /// <returns>
    /// The perturbed images: whole numbers from 0 to 255 that differ from the images by at most ε.
    /// </returns>
    public byte[][] Perturb(ReadOnlySpan<float> images, ReadOnlySpan<long> labels, ReadOnlySpan<DataViewRowId> rows)
    {
        int size = _model.ImageShape.Size;
        float[] lowest = new float[images.Length], highest = new float[images.Length], values = new float[images.Length];
        for (int i = 0; i < images.Length; i++)
        {
            lowest[i] = Math.Max(images[i] - _epsilon, 0);
            highest[i] = Math.Min(images[i] + _epsilon, 255);
        }

        for (int row = 0; row < rows.Length; row++)
        {
            ulong stream = SplitMix64.SeedOf(_seed, rows[row]);
            for (int i = 0, at = row * size; i < size; i++, at++)
            {
                float start = images[at] + (float)(_epsilon * SplitMix64.ToSigned(SplitMix64.Output(stream, i)));
                values[at] = Math.Clamp(start, lowest[at], highest[at]);
            }
        }

        long[] targets = labels.ToArray();
        var slopes = new float[values.Length];
        for (int step = 0; step < _steps; step++)
        {
            _checkAlive();
            Ascend(values, targets, lowest, highest, slopes);
        }

        var results = new byte[rows.Length][];
        for (int row = 0; row < results.Length; row++)
        {
            results[row] = new byte[size];
            // ε is at least 1, so there is a whole number between the bounds.
            for (int i = 0, at = row * size; i < size; i++, at++)
                results[row][i] = (byte)Math.Clamp(MathF.Round(values[at]), MathF.Ceiling(lowest[at]), MathF.Floor(highest[at]));
        }

        return results;
    }

    private void Ascend(float[] values, long[] labels, float[] lowest, float[] highest, float[] slopes)
    {
        PixelGradient.Compute(_model, values, labels, slopes);
        for (int i = 0; i < values.Length; i++)
        {
            float change = slopes[i] > 0 ? _stepSize : slopes[i] < 0 ? -_stepSize : 0;
            values[i] = Math.Clamp(values[i] + change, lowest[i], highest[i]);
        }
    }
}
