namespace BadNets.Transforms;

/// <summary>The cross-entropy loss of a network's outputs and its gradient, for one row at a time.</summary>
/// <param name="HasSoftmax">Whether a softmax precedes the loss, in addition to the one that is part of it.</param>
/// <param name="LabelSmoothing">The share of the target distribution that is spread evenly over all classes, from 0 to 1.</param>
readonly record struct CrossEntropy(bool HasSoftmax, double LabelSmoothing)
{
    private const int MostClassesOnStack = 64;

    /// <summary>Computes the loss of a row and the gradient of its outputs.</summary>
    /// <param name="outputs">The outputs of the network for each class.</param>
    /// <param name="label">The class of the row.</param>
    /// <param name="weight">The weight of the row in the loss, by which the gradient is multiplied.</param>
    /// <param name="gradient">Receives the gradient, if it is not empty.</param>
    /// <returns>The loss of the row, without the weight.</returns>
    public double Row(ReadOnlySpan<float> outputs, int label, double weight, Span<float> gradient)
    {
        int classes = outputs.Length;
        Span<double> buffer = classes <= MostClassesOnStack ? stackalloc double[3 * MostClassesOnStack] : new double[3 * classes];
        Span<double> scores = buffer[..classes], probabilities = buffer.Slice(classes, classes), slopes = buffer.Slice(2 * classes, classes);
        for (int i = 0; i < classes; i++)
            scores[i] = outputs[i];
        if (HasSoftmax)
            Softmax(scores, scores);
        double logSum = Softmax(scores, probabilities);

        double smooth = LabelSmoothing / classes, loss = 0;
        for (int i = 0; i < classes; i++)
        {
            double target = i == label ? 1 - LabelSmoothing + smooth : smooth;
            if (target > 0)
                loss += target * (logSum - scores[i]);
            slopes[i] = (probabilities[i] - target) * weight;
        }

        if (gradient.IsEmpty)
            return loss;
        double mean = 0;
        for (int i = 0; HasSoftmax && i < classes; i++)
            mean += slopes[i] * scores[i];
        for (int i = 0; i < classes; i++)
            gradient[i] = (float)(HasSoftmax ? scores[i] * (slopes[i] - mean) : slopes[i]);
        return loss;
    }

    // Returns the logarithm of the sum of the exponentials.
    private static double Softmax(ReadOnlySpan<double> values, Span<double> results)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double value in values)
            largest = Math.Max(largest, value);
        for (int i = 0; i < values.Length; i++)
            sum += results[i] = Math.Exp(values[i] - largest);
        double logSum = largest + Math.Log(sum);
        for (int i = 0; i < results.Length; i++)
            results[i] /= sum;
        return logSum;
    }
}
