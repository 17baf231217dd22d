namespace BadNets.Transforms;

/// <summary>A convolution with any stride as one matrix product for each row of the kernel.</summary>
/// <remarks>
/// The inputs of the taps in a row of the kernel are contiguous in memory: three times the number of channels. From one output to the next, they move
/// by the stride times the number of channels.
/// </remarks>
/// <typeparam name="T">The vector register. The number of filters is a multiple of its lanes, and for the gradient of the input, so is the number of channels.</typeparam>
sealed unsafe class DirectConvolution3x3<T> : Convolution3x3
    where T : struct, ISimd<T>
{
    private const int Kernel = 3;

    // Any number of images works. With this one, they stay in the second-level cache.
    private const int PixelsAtOnce = 2048;

    private readonly int _channels;
    private readonly int _filters;
    private readonly int _stride;
    private readonly int _outputHeight;
    private readonly int _outputWidth;

    // The number of taps in a row of the kernel.
    private readonly int _taps;

    public DirectConvolution3x3(int channels, int filters, int height, int width, int stride)
    {
        (_channels, _filters, _stride) = (channels, filters, stride);
        (_outputHeight, _outputWidth) = ((height - 1) / stride + 1, (width - 1) / stride + 1);
        _taps = Kernel * channels;
        MostImages = Math.Max(1, PixelsAtOnce / (_outputHeight * _outputWidth));
        Input = new(channels, height, width, 1, height + 2, width + 2);
        OutputGradient = new(filters, _outputHeight, _outputWidth, 0, _outputHeight, _outputWidth);
    }

    public override PaddedImage Input { get; }

    public override PaddedImage OutputGradient { get; }

    public override int MostImages { get; }

    public override int PackedSize => Kernel * _taps * _filters;

    public override int ScratchSize => _outputWidth * _taps + Input.PaddedSize;

    // (row, column, channel, filter)
    public override void PackForForward(float* weight, float* packed)
    {
        for (int row = 0; row < Kernel; row++)
        {
            for (int tap = 0; tap < _taps; tap++)
            {
                for (int f = 0; f < _filters; f++)
                {
                    *packed++ = weight[IndexOf(f, row, tap)];
                }
            }
        }
    }

    // (row, filter, column, channel)
    public override void PackForInputGradient(float* weight, float* packed)
    {
        for (int row = 0; row < Kernel; row++)
        {
            for (int f = 0; f < _filters; f++)
            {
                for (int tap = 0; tap < _taps; tap++)
                {
                    *packed++ = weight[IndexOf(f, row, tap)];
                }
            }
        }
    }

    public override void UnpackGradient(float* sum, float* weightGradient)
    {
        for (int row = 0; row < Kernel; row++)
        {
            for (int tap = 0; tap < _taps; tap++)
            {
                for (int f = 0; f < _filters; f++)
                {
                    weightGradient[IndexOf(f, row, tap)] = sum[((row * _taps) + tap) * _filters + f];
                }
            }
        }
    }

    public override void Forward(float* paddedInput, int images, float* packed, float* output, float* scratch)
    {
        for (int image = 0; image < images; image++, paddedInput += Input.PaddedSize)
        {
            for (int y = 0; y < _outputHeight; y++, output += _outputWidth * _filters)
            {
                for (int row = 0; row < Kernel; row++)
                {
                    MatrixProduct<T>.Multiply(
                        rows: _outputWidth, depth: _taps, columns: _filters,
                        paddedInput + (y * _stride + row) * Input.PaddedRow, _stride * _channels, 1, packed + row * _taps * _filters, _filters, output, _filters, add: row > 0);
                }
            }
        }
    }

    public override void InputGradient(float* paddedOutputGradient, int images, float* packed, float* inputGradient, float* scratch)
    {
        float* padded = scratch + _outputWidth * _taps;
        for (int image = 0; image < images; image++, inputGradient += Input.ImageSize)
        {
            new Span<float>(padded, Input.PaddedSize).Clear();
            for (int y = 0; y < _outputHeight; y++, paddedOutputGradient += OutputGradient.PaddedRow)
            {
                for (int row = 0; row < Kernel; row++)
                {
                    MatrixProduct<T>.Multiply(
                        rows: _outputWidth, depth: _filters, columns: _taps,
                        paddedOutputGradient, _filters, 1, packed + row * _taps * _filters, _taps, scratch, _taps);
                    float* target = padded + (y * _stride + row) * Input.PaddedRow;
                    for (int x = 0; x < _outputWidth; x++)
                    {
                        Add(scratch + x * _taps, target + x * _stride * _channels, _taps);
                    }
                }
            }

            for (int y = 0; y < Input.Height; y++)
            {
                new Span<float>(padded + Input.Start + y * Input.PaddedRow, Input.ImageRow).CopyTo(new Span<float>(inputGradient + y * Input.ImageRow, Input.ImageRow));
            }
        }
    }

    public override void WeightGradient(float* paddedInput, float* paddedOutputGradient, int images, float* sum, bool add, float* scratch)
    {
        for (int image = 0; image < images; image++, paddedInput += Input.PaddedSize)
        {
            for (int y = 0; y < _outputHeight; y++, paddedOutputGradient += OutputGradient.PaddedRow, add = true)
            {
                for (int row = 0; row < Kernel; row++)
                {
                    MatrixProduct<T>.Multiply(
                        rows: _taps, depth: _outputWidth, columns: _filters,
                        paddedInput + (y * _stride + row) * Input.PaddedRow, 1, _stride * _channels, paddedOutputGradient, _filters, sum + row * _taps * _filters, _filters, add);
                }
            }
        }
    }

    // In (filter, channel, row, column).
    private int IndexOf(int filter, int row, int tap) => (((filter * _channels) + tap % _channels) * Kernel + row) * Kernel + tap / _channels;

    private static void Add(float* source, float* target, int count)
    {
        for (int i = 0; i < count; i += T.Lanes)
        {
            T.Store(T.Load(target + i) + T.Load(source + i), target + i);
        }
    }
}
