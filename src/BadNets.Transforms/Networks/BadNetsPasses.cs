using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Computes the passes of a <see cref="BadNetsCnn"/> with its kernels. A step consists of a few computations that are divided among threads, and between which
/// little happens: both convolutions of a group of images, the hidden layer, its gradients, and the gradients of both convolutions.
/// </summary>
sealed unsafe class BadNetsPasses : INetworkPasses
{
    // Each group has its own sums of gradients, which are then added in order, so that the result does not depend on the number of threads.
    private const int GroupSize = PooledConvolutionFunction.GroupSize;

    private readonly PooledConvolutionKernel _conv1;
    private readonly PooledConvolutionKernel _conv2;
    private readonly LinearKernel _linear;
    private readonly int _hidden;
    private readonly int _classes;

    private readonly Parameter[] _parameters;
    private readonly Tensor[] _gradients;
    private readonly nint[] _weights;
    private readonly nint[] _gradientMemory;

    // The buffers of the step, for as many rows as a batch can have.
    private readonly List<AlignedBuffer> _buffers = [];
    private readonly float* _pack1, _pack2, _pack2Backward;
    private readonly float* _images, _features1, _features2, _packedFeatures, _hiddenOutputs, _packedHidden, _outputs;
    private readonly float* _outputGradient, _hiddenGradient, _features2Gradient, _features1Gradient;
    private readonly ushort* _mask1, _mask2;
    private readonly float* _sums1, _sums2;

    /// <param name="conv1">The kernel of the first convolution.</param>
    /// <param name="conv2">The kernel of the second convolution.</param>
    /// <param name="linear">The kernel of the linear layers.</param>
    /// <param name="parameters">The weights and biases of both convolutions and both linear layers, which must not move in memory.</param>
    /// <param name="rows">The maximum number of rows in a batch.</param>
    public BadNetsPasses(PooledConvolutionKernel conv1, PooledConvolutionKernel conv2, LinearKernel linear, Parameter[] parameters, int rows)
    {
        (_conv1, _conv2, _linear, _parameters) = (conv1, conv2, linear, parameters);
        (_hidden, _classes) = ((int)parameters[5].shape[0], (int)parameters[7].shape[0]);
        using (no_grad())
            _gradients = Array.ConvertAll(parameters, parameter => empty_like(parameter, requires_grad: false).DetachFromDisposeScope());
        _weights = Array.ConvertAll(parameters, parameter => (nint)parameter.Floats());
        _gradientMemory = Array.ConvertAll(_gradients, gradient => (nint)gradient.Floats());

        (ConvolutionShape shape1, ConvolutionShape shape2) = (conv1.Shape, conv2.Shape);
        int groups = Groups(rows);
        _pack1 = Buffer(conv1.ForwardPackSize);
        _pack2 = Buffer(conv2.ForwardPackSize);
        _pack2Backward = Buffer(conv2.BackwardPackSize);
        _images = Buffer(shape1.Channels > 1 ? rows * shape1.InputSize : 0);
        _features1 = Buffer(rows * shape1.OutputSize);
        _features2 = Buffer(rows * shape2.OutputSize);
        _packedFeatures = Buffer(linear.PackedInputSize(rows, shape2.OutputSize));
        _hiddenOutputs = Buffer(rows * _hidden);
        _packedHidden = Buffer(linear.PackedInputSize(rows, _hidden));
        _outputs = Buffer(rows * _classes);
        _outputGradient = Buffer(rows * _classes);
        _hiddenGradient = Buffer(LinearKernel.BackwardParts(_classes) * rows * _hidden);
        _features2Gradient = Buffer(LinearKernel.BackwardParts(_hidden) * rows * shape2.OutputSize);
        _features1Gradient = Buffer(rows * shape1.OutputSize);
        _mask1 = (ushort*)Buffer(rows * shape1.MaskSize / 2);
        _mask2 = (ushort*)Buffer(rows * shape2.MaskSize / 2);
        _sums1 = Buffer(groups * SumSize(shape1));
        _sums2 = Buffer(groups * SumSize(shape2));
    }

    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> images, int rows)
    {
        fixed (float* inputs = images)
        {
            Pack(forBackward: false);
            Forward(inputs, rows, recordsMasks: false);
        }

        GC.KeepAlive(this);
        return new ReadOnlySpan<float>(_outputs, rows * _classes);
    }

    public float Backpropagate(ReadOnlySpan<float> images, ReadOnlySpan<long> labels, CrossEntropy loss)
    {
        int rows = labels.Length;
        double sum = 0;
        fixed (float* pixels = images)
        {
            float* inputs = pixels;
            Pack(forBackward: true);
            Forward(inputs, rows, recordsMasks: true);
            for (int row = 0; row < rows; row++)
            {
                int start = row * _classes;
                sum += loss.Row(new ReadOnlySpan<float>(_outputs + start, _classes), (int)labels[row], 1.0 / rows, new Span<float>(_outputGradient + start, _classes));
            }

            BackwardLinear(_outputGradient, null, rows, _classes, _hiddenOutputs, Weight(6), _hidden, _hiddenGradient, Gradient(6), Gradient(7));
            int parts = LinearKernel.BackwardParts(_classes);
            if (parts > 1)
                Summands.Add(_hiddenGradient, parts, rows * _hidden, 0, rows * _hidden, _hiddenGradient);
            BackwardLinear(_hiddenGradient, _hiddenOutputs, rows, _hidden, _features2, Weight(4), _conv2.Shape.OutputSize, _features2Gradient, Gradient(4), Gradient(5));
            Workers.ForEach(Groups(rows), group => BackwardConvolutions(inputs, rows, group));
            PooledConvolutionFunction.SumGroups(_conv1.Shape, _sums1, Groups(rows), Gradient(0), Gradient(1));
            PooledConvolutionFunction.SumGroups(_conv2.Shape, _sums2, Groups(rows), Gradient(2), Gradient(3));
        }

        for (int i = 0; i < _parameters.Length; i++)
            _parameters[i].grad = _gradients[i];
        GC.KeepAlive(this);
        return (float)(sum / rows);
    }

    public void Dispose()
    {
        foreach (Tensor gradient in _gradients)
            gradient.Dispose();
        foreach (AlignedBuffer buffer in _buffers)
            buffer.Dispose();
    }

    private void Pack(bool forBackward) => Workers.ForEach(forBackward ? 2 : 1, part =>
    {
        if (part == 1)
        {
            _conv2.PackForBackward(Weight(2), _pack2Backward);
            return;
        }

        _conv1.PackForForward(Weight(0), _pack1);
        _conv2.PackForForward(Weight(2), _pack2);
    });

    private void Forward(float* inputs, int rows, bool recordsMasks)
    {
        Workers.ForEach(Groups(rows), group => ForwardConvolutions(inputs, rows, group, recordsMasks));
        ForwardLinear(_features2, rows, _conv2.Shape.OutputSize, Weight(4), Weight(5), _hidden, rectify: true, _packedFeatures, _hiddenOutputs);
        ForwardLinear(_hiddenOutputs, rows, _hidden, Weight(6), Weight(7), _classes, rectify: false, _packedHidden, _outputs);
    }

    private void ForwardConvolutions(float* inputs, int rows, int group, bool recordsMasks)
    {
        (ConvolutionShape shape1, ConvolutionShape shape2) = (_conv1.Shape, _conv2.Shape);
        int first = group * GroupSize, count = Math.Min(GroupSize, rows - first);
        float* images = Images(inputs, first);
        if (shape1.Channels > 1)
            PooledConvolutionFunction.TransposeImages(inputs + (first * shape1.InputSize), count, shape1.Channels, shape1.Height * shape1.Width, images);

        _conv1.Forward(images, count, _pack1, Weight(1), _features1 + (first * shape1.OutputSize), recordsMasks ? _mask1 + (first * shape1.MaskSize) : null);
        using AlignedBuffer pooled = new(count * shape2.OutputSize);
        _conv2.Forward(
            _features1 + (first * shape1.OutputSize), count, _pack2, Weight(3), pooled.Pointer, recordsMasks ? _mask2 + (first * shape2.MaskSize) : null);
        PooledConvolutionFunction.TransposeImages(pooled.Pointer, count, shape2.PooledHeight * shape2.PooledWidth, shape2.Filters, _features2 + (first * shape2.OutputSize));
    }

    private void BackwardConvolutions(float* inputs, int rows, int group)
    {
        (ConvolutionShape shape1, ConvolutionShape shape2) = (_conv1.Shape, _conv2.Shape);
        int first = group * GroupSize, count = Math.Min(GroupSize, rows - first);
        int size = count * shape2.OutputSize;
        using AlignedBuffer gradient = new(size), reordered = new(size);
        Summands.Add(_features2Gradient, LinearKernel.BackwardParts(_hidden), (long)rows * shape2.OutputSize, first * shape2.OutputSize, size, gradient.Pointer);
        PooledConvolutionFunction.TransposeImages(gradient.Pointer, count, shape2.Filters, shape2.PooledHeight * shape2.PooledWidth, reordered.Pointer);
        float* sum2 = _sums2 + (group * SumSize(shape2)), sum1 = _sums1 + (group * SumSize(shape1));
        float* gradient1 = _features1Gradient + (first * shape1.OutputSize);
        _conv2.Backward(
            _features1 + (first * shape1.OutputSize), count, _pack2Backward, reordered.Pointer, _mask2 + (first * shape2.MaskSize), gradient1, sum2, sum2 + shape2.WeightSize);
        _conv1.Backward(Images(inputs, first), count, null, gradient1, _mask1 + (first * shape1.MaskSize), null, sum1, sum1 + shape1.WeightSize);
    }

    // The images of a group in the order of the kernels. With one channel, that is the order of the batch.
    private float* Images(float* inputs, int first) => (_conv1.Shape.Channels > 1 ? _images : inputs) + (first * _conv1.Shape.InputSize);

    private void ForwardLinear(float* inputs, int rows, int inputCount, float* weight, float* bias, int outputCount, bool rectify, float* packed, float* outputs)
    {
        _linear.PackInputs(inputs, rows, inputCount, packed);
        Workers.ForEach(
            LinearKernel.ForwardParts(outputCount), part => _linear.Forward(packed, rows, inputCount, weight, bias, part, outputCount, rectify, outputs));
    }

    // The gradient of the inputs is the sum of those of the parts.
    private void BackwardLinear(
        float* gradient, float* outputs, int rows, int outputCount, float* inputs, float* weight, int inputCount, float* inputGradients, float* weightGradient, float* biasGradient) =>
        Workers.ForEach(LinearKernel.BackwardParts(outputCount), part => _linear.Backward(
            gradient, outputs, rows, outputCount, inputs, weight, part, inputCount, inputGradients + ((long)part * rows * inputCount), weightGradient, biasGradient));

    private float* Weight(int parameter) => (float*)_weights[parameter];

    private float* Gradient(int parameter) => (float*)_gradientMemory[parameter];

    private float* Buffer(int length)
    {
        var buffer = new AlignedBuffer(length);
        _buffers.Add(buffer);
        return buffer.Pointer;
    }

    private static int Groups(int rows) => PooledConvolutionFunction.GroupCount(rows);

    private static int SumSize(ConvolutionShape shape) => shape.WeightSize + shape.Filters;
}
