using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>
/// The convolution by <see cref="Winograd"/>'s transforms, for images whose channels fill vectors. The products of all tiles with the same transformed filter
/// are matrix products, one for each of the 64 points.
/// </summary>
/// <remarks>A vector register holds channels of one input position or filters of one output position.</remarks>
/// <typeparam name="T">The vector register.</typeparam>
/// <param name="shape">The sizes. The numbers of channels and filters are multiples of 16, and the image is at least as large as the filter.</param>
sealed unsafe class WinogradConvolution<T>(ConvolutionShape shape) : PooledConvolutionKernel(shape)
    where T : struct, ISimd<T>
{
    private const int TileSize = Winograd.TileSize;
    private const int InputSize = Winograd.InputSize;
    private const int FilterSize = Winograd.FilterSize;
    private const int Points = Winograd.Points;

    // Enough rows for the matrix products, and few enough that the transformed tiles stay in the second-level cache.
    private const int TilesPerBlock = 24;

    // One cache line more than the tiles take, because lines at distances of a power of two displace each other from the cache.
    private const int Padding = 16;

    private readonly int _tileRows = (shape.UsedHeight + TileSize - 1) / TileSize;
    private readonly int _tileColumns = (shape.UsedWidth + TileSize - 1) / TileSize;
    private readonly int _products = shape.Channels * shape.Filters;

    public override int ForwardPackSize => Points * _products;

    public override int BackwardPackSize => Points * _products;

    public override bool HasInputGradient => true;

    private int TilesPerImage => _tileRows * _tileColumns;

    private int ImagesPerBlock => Math.Max(1, TilesPerBlock / TilesPerImage);

    /// <summary>Writes the transformed weights, point × channel × filter.</summary>
    public override void PackForForward(float* weight, float* packed)
    {
        using AlignedBuffer ordered = new(Shape.WeightSize);
        FilterOrder.Pack(Shape, weight, ordered.Pointer);
        Transform(ordered.Pointer, packed);
    }

    /// <summary>Writes the transformed weights, point × filter × channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void PackForBackward(float* weight, float* packed)
    {
        const int Taps = FilterSize * FilterSize;
        using AlignedBuffer ordered = new(Shape.WeightSize);
        Transposition.Copy(weight, Taps, _products, Taps, ordered.Pointer, _products);
        Transform(ordered.Pointer, packed);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transform(float* weights, float* packed)
    {
        float* scratch = stackalloc float[Points * T.Lanes + AlignedBuffer.Slack];
        scratch = AlignedBuffer.Align(scratch);
        for (int i = 0; i < _products; i += T.Lanes)
        {
            Winograd.Apply<T, Winograd.Filter>(weights + i, FilterSize * _products, _products, scratch, packed + i, InputSize * _products, _products);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(float* inputs, int rows, float* packed, float* bias, float* outputs, ushort* masks)
    {
        int channels = Shape.Channels, filters = Shape.Filters, block = Math.Min(ImagesPerBlock, rows);
        int inputPoint = (block * TilesPerImage * channels) + Padding, outputPoint = (block * TilesPerImage * filters) + Padding;
        using AlignedBuffer transformedInputs = new(Points * inputPoint), transformedOutputs = new(Points * outputPoint);
        for (int first = 0; first < rows; first += block)
        {
            int images = Math.Min(block, rows - first), tiles = images * TilesPerImage;
            TransformInputs(inputs + ((long)first * Shape.InputSize), images, transformedInputs.Pointer, inputPoint);
            for (int point = 0; point < Points; point++)
            {
                MatrixProduct<T>.Multiply(
                    tiles, channels, filters, transformedInputs.Pointer + (point * inputPoint), channels, 1, packed + (point * _products), filters,
                    transformedOutputs.Pointer + (point * outputPoint), filters);
            }

            PoolOutputs(
                transformedOutputs.Pointer, outputPoint, images, bias, outputs + ((long)first * Shape.OutputSize), masks == null ? null : masks + ((long)first * Shape.MaskSize));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(
        float* inputs, int rows, float* packed, float* outputGradients, ushort* masks, float* inputGradients, float* weightGradient, float* biasGradient)
    {
        int channels = Shape.Channels, filters = Shape.Filters, block = Math.Min(ImagesPerBlock, rows);
        int inputPoint = (block * TilesPerImage * channels) + Padding, outputPoint = (block * TilesPerImage * filters) + Padding;
        using AlignedBuffer transformedInputs = new(Points * inputPoint), transformedOutputs = new(Points * outputPoint), sums = new(Points * _products);
        new Span<float>(biasGradient, filters).Clear();
        if (inputGradients != null)
        {
            for (int row = 0; row < rows; row++)
            {
                new Span<float>(inputGradients + ((long)row * Shape.InputSize), Shape.InputSize).Clear();
            }
        }

        for (int first = 0; first < rows; first += block)
        {
            int images = Math.Min(block, rows - first), tiles = images * TilesPerImage;
            TransformInputs(inputs + ((long)first * Shape.InputSize), images, transformedInputs.Pointer, inputPoint);
            SpreadGradients(
                outputGradients + ((long)first * Shape.OutputSize), masks + ((long)first * Shape.MaskSize), images, transformedOutputs.Pointer, outputPoint, biasGradient);
            for (int point = 0; point < Points; point++)
            {
                float* input = transformedInputs.Pointer + (point * inputPoint), output = transformedOutputs.Pointer + (point * outputPoint);
                MatrixProduct<T>.Multiply(channels, tiles, filters, input, 1, channels, output, filters, sums.Pointer + (point * _products), filters, add: first > 0);
                if (inputGradients != null)
                {
                    MatrixProduct<T>.Multiply(tiles, filters, channels, output, filters, 1, packed + (point * _products), channels, input, channels);
                }
            }

            if (inputGradients != null)
            {
                AddInputGradients(transformedInputs.Pointer, inputPoint, images, inputGradients + ((long)first * Shape.InputSize));
            }
        }

        float* scratch = stackalloc float[Points * T.Lanes + AlignedBuffer.Slack];
        scratch = AlignedBuffer.Align(scratch);
        for (int i = 0; i < _products; i += T.Lanes)
        {
            Winograd.Apply<T, Winograd.FilterTransposed>(sums.Pointer + i, InputSize * _products, _products, scratch, weightGradient + i, FilterSize * _products, _products);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformInputs(float* inputs, int images, float* transformed, nint point)
    {
        int channels = Shape.Channels;
        nint row = Shape.Width * channels;
        float* scratch = stackalloc float[Points * T.Lanes + AlignedBuffer.Slack];
        scratch = AlignedBuffer.Align(scratch);
        using AlignedBuffer edge = new(Points * channels);
        for (int image = 0; image < images; image++, inputs += Shape.InputSize)
        {
            for (int tileY = 0; tileY < _tileRows; tileY++)
            {
                for (int tileX = 0; tileX < _tileColumns; tileX++, transformed += channels)
                {
                    float* source = inputs + (TileSize * tileY * row) + (TileSize * tileX * channels);
                    nint sourceRow = row;
                    // An odd last row or column that no output uses counts as zero, because it would only add rounding errors.
                    int height = Shape.UsedHeight + FilterSize - 1 - (TileSize * tileY), width = Shape.UsedWidth + FilterSize - 1 - (TileSize * tileX);
                    if (height < InputSize || width < InputSize)
                    {
                        source = CopyWithZeros(source, row, Math.Min(height, InputSize), Math.Min(width, InputSize) * channels, edge.Pointer, InputSize * channels);
                        sourceRow = InputSize * channels;
                    }

                    for (int channel = 0; channel < channels; channel += T.Lanes)
                    {
                        Winograd.Apply<T, Winograd.Input>(source + channel, sourceRow, channels, scratch, transformed + channel, InputSize * point, point);
                    }
                }
            }
        }
    }

    private static float* CopyWithZeros(float* source, nint row, int height, int length, float* target, int targetRow)
    {
        new Span<float>(target, InputSize * targetRow).Clear();
        for (int y = 0; y < height; y++)
        {
            new Span<float>(source + (y * row), length).CopyTo(new Span<float>(target + (y * targetRow), length));
        }

        return target;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PoolOutputs(float* transformed, nint point, int images, float* bias, float* outputs, ushort* masks)
    {
        int filters = Shape.Filters, vectors = filters / T.Lanes;
        float* scratch = stackalloc float[Points * T.Lanes + AlignedBuffer.Slack];
        scratch = AlignedBuffer.Align(scratch);
        float* tile = stackalloc float[TileSize * TileSize * T.Lanes + AlignedBuffer.Slack];
        tile = AlignedBuffer.Align(tile);
        for (int image = 0; image < images; image++, outputs += Shape.OutputSize)
        {
            for (int tileY = 0; tileY < _tileRows; tileY++)
            {
                for (int tileX = 0; tileX < _tileColumns; tileX++, transformed += filters)
                {
                    for (int vector = 0; vector < vectors; vector++)
                    {
                        Winograd.Apply<T, Winograd.Output>(transformed + (vector * T.Lanes), InputSize * point, point, scratch, tile, TileSize * T.Lanes, T.Lanes);
                        PoolTile(tile, tileY, tileX, vector, bias, outputs, masks);
                    }
                }
            }

            masks = masks == null ? null : masks + Shape.MaskSize;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PoolTile(float* tile, int tileY, int tileX, int vector, float* bias, float* outputs, ushort* masks)
    {
        const int Windows = TileSize / 2;
        int filters = Shape.Filters, vectors = filters / T.Lanes;
        T b = T.Load(bias + (vector * T.Lanes));
        for (int y = Windows * tileY; y < Math.Min(Shape.PooledHeight, Windows * (tileY + 1)); y++, tile += 2 * TileSize * T.Lanes)
        {
            float* upper = tile;
            for (int x = Windows * tileX; x < Math.Min(Shape.PooledWidth, Windows * (tileX + 1)); x++, upper += 2 * T.Lanes)
            {
                float* lower = upper + (TileSize * T.Lanes);
                int window = (y * Shape.PooledWidth) + x;
                Pooling<T>.Apply(
                    T.Load(upper) + b, T.Load(upper + T.Lanes) + b, T.Load(lower) + b, T.Load(lower + T.Lanes) + b,
                    outputs + (window * filters) + (vector * T.Lanes), masks == null ? null : masks + (4 * ((window * vectors) + vector)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SpreadGradients(float* outputGradients, ushort* masks, int images, float* transformed, nint point, float* biasGradient)
    {
        int filters = Shape.Filters, vectors = filters / T.Lanes;
        float* scratch = stackalloc float[Points * T.Lanes + AlignedBuffer.Slack];
        scratch = AlignedBuffer.Align(scratch);
        float* tile = stackalloc float[TileSize * TileSize * T.Lanes + AlignedBuffer.Slack];
        tile = AlignedBuffer.Align(tile);
        for (int image = 0; image < images; image++, outputGradients += Shape.OutputSize, masks += Shape.MaskSize)
        {
            for (int tileY = 0; tileY < _tileRows; tileY++)
            {
                for (int tileX = 0; tileX < _tileColumns; tileX++, transformed += filters)
                {
                    for (int vector = 0; vector < vectors; vector++)
                    {
                        float* sum = biasGradient + (vector * T.Lanes);
                        T.Store(T.Load(sum) + SpreadTile(outputGradients, masks, tileY, tileX, vector, tile), sum);
                        Winograd.Apply<T, Winograd.OutputTransposed>(tile, TileSize * T.Lanes, T.Lanes, scratch, transformed + (vector * T.Lanes), InputSize * point, point);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private T SpreadTile(float* outputGradients, ushort* masks, int tileY, int tileX, int vector, float* tile)
    {
        const int Windows = TileSize / 2;
        int filters = Shape.Filters, vectors = filters / T.Lanes;
        int windowRows = Math.Min(Shape.PooledHeight - (Windows * tileY), Windows), windowColumns = Math.Min(Shape.PooledWidth - (Windows * tileX), Windows);
        if (windowRows < Windows || windowColumns < Windows)
        {
            new Span<float>(tile, TileSize * TileSize * T.Lanes).Clear();
        }

        T sum = T.Zero;
        for (int y = 0; y < windowRows; y++)
        {
            for (int x = 0; x < windowColumns; x++)
            {
                int window = (((Windows * tileY) + y) * Shape.PooledWidth) + (Windows * tileX) + x;
                sum += Pooling<T>.Spread(
                    outputGradients + (window * filters) + (vector * T.Lanes), masks + (4 * ((window * vectors) + vector)),
                    tile + (2 * ((y * TileSize) + x) * T.Lanes), TileSize * T.Lanes, T.Lanes);
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddInputGradients(float* transformed, nint point, int images, float* inputGradients)
    {
        int channels = Shape.Channels;
        nint row = Shape.Width * channels;
        float* scratch = stackalloc float[Points * T.Lanes + AlignedBuffer.Slack];
        scratch = AlignedBuffer.Align(scratch);
        float* tile = stackalloc float[Points * T.Lanes + AlignedBuffer.Slack];
        tile = AlignedBuffer.Align(tile);
        for (int image = 0; image < images; image++, inputGradients += Shape.InputSize)
        {
            for (int tileY = 0; tileY < _tileRows; tileY++)
            {
                for (int tileX = 0; tileX < _tileColumns; tileX++, transformed += channels)
                {
                    int height = Math.Min(Shape.Height - (TileSize * tileY), InputSize), width = Math.Min(Shape.Width - (TileSize * tileX), InputSize);
                    for (int channel = 0; channel < channels; channel += T.Lanes)
                    {
                        Winograd.Apply<T, Winograd.InputTransposed>(transformed + channel, InputSize * point, point, scratch, tile, InputSize * T.Lanes, T.Lanes);
                        float* target = inputGradients + (TileSize * tileY * row) + (TileSize * tileX * channels) + channel;
                        for (int y = 0; y < height; y++)
                        {
                            for (int x = 0; x < width; x++)
                            {
                                float* position = target + (y * row) + (x * channels);
                                T.Store(T.Load(position) + T.Load(tile + (((y * InputSize) + x) * T.Lanes)), position);
                            }
                        }
                    }
                }
            }
        }
    }
}
