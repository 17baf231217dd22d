using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>
/// Computes a linear layer, optionally followed by ReLU, and its gradients: outputs = inputs × weightᵀ + bias, where inputs are rows × inputs and the weight
/// is outputs × inputs. The work is divided into parts that can run concurrently.
/// </summary>
abstract unsafe class LinearKernel
{
    /// <summary>The number of outputs of a part of the forward pass. It is a multiple of the rows of a tile.</summary>
    public const int OutputsPerPart = 66;

    /// <summary>
    /// The number of outputs of a part of the backward pass. It is fixed, because the gradient of the inputs is the sum of those of the parts.
    /// </summary>
    public const int OutputsPerBackwardPart = 128;

    /// <summary>Returns the number of floats that <see cref="PackInputs"/> writes.</summary>
    public abstract int PackedInputSize(int rows, int inputs);

    /// <summary>Transposes the inputs, in panels of rows.</summary>
    public abstract void PackInputs(float* inputs, int rows, int inputCount, float* packed);

    /// <summary>Computes some of the outputs of all rows.</summary>
    /// <param name="packed">The inputs from <see cref="PackInputs"/>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="inputCount">The number of inputs.</param>
    /// <param name="weight">The weights of all outputs.</param>
    /// <param name="bias">The bias of all outputs.</param>
    /// <param name="part">The part, from zero.</param>
    /// <param name="outputCount">The number of all outputs.</param>
    /// <param name="rectify">Whether to apply ReLU.</param>
    /// <param name="outputs">Receives the outputs, rows × outputs.</param>
    public abstract void Forward(float* packed, int rows, int inputCount, float* weight, float* bias, int part, int outputCount, bool rectify, float* outputs);

    /// <summary>Computes the gradients of some of the outputs.</summary>
    /// <param name="gradient">The gradient of the outputs, rows × outputs.</param>
    /// <param name="outputs">The outputs, if ReLU was applied. Otherwise, null.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="outputCount">The number of all outputs.</param>
    /// <param name="inputs">The inputs, rows × inputs.</param>
    /// <param name="weight">The weights of all outputs.</param>
    /// <param name="part">The part, from zero.</param>
    /// <param name="inputCount">The number of inputs.</param>
    /// <param name="inputGradient">Receives this part's summand of the gradient of the inputs, rows × inputs, or is null.</param>
    /// <param name="weightGradient">Receives the gradient of the weights, outputs × inputs.</param>
    /// <param name="biasGradient">Receives the gradient of the bias.</param>
    public abstract void Backward(
        float* gradient, float* outputs, int rows, int outputCount, float* inputs, float* weight, int part, int inputCount, float* inputGradient, float* weightGradient,
        float* biasGradient);

    /// <summary>Returns the number of parts of the forward pass.</summary>
    public static int ForwardParts(int outputCount) => (outputCount + OutputsPerPart - 1) / OutputsPerPart;

    /// <summary>Returns the number of parts of the backward pass.</summary>
    public static int BackwardParts(int outputCount) => (outputCount + OutputsPerBackwardPart - 1) / OutputsPerBackwardPart;
}

/// <summary><see cref="LinearKernel"/> for one vector width.</summary>
/// <typeparam name="T">The vector register.</typeparam>
sealed unsafe class LinearKernel<T> : LinearKernel
    where T : struct, ISimd<T>
{
    private static int PanelWidth => MatrixProduct<T>.PanelWidth;

    public override int PackedInputSize(int rows, int inputs) => MatrixProduct<T>.PanelCount(rows) * PanelWidth * inputs;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void PackInputs(float* inputs, int rows, int inputCount, float* packed)
    {
        for (int row = 0; row < rows; row += PanelWidth, inputs += (long)PanelWidth * inputCount, packed += (long)PanelWidth * inputCount)
        {
            int count = Math.Min(PanelWidth, rows - row);
            if (count < PanelWidth)
            {
                new Span<float>(packed, PanelWidth * inputCount).Clear();
            }

            Transposition.Copy(inputs, inputCount, count, inputCount, packed, PanelWidth);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(float* packed, int rows, int inputCount, float* weight, float* bias, int part, int outputCount, bool rectify, float* outputs)
    {
        int first = part * OutputsPerPart, count = Math.Min(OutputsPerPart, outputCount - first);
        using AlignedBuffer tile = new(OutputsPerPart * PanelWidth);
        for (int row = 0; row < rows; row += PanelWidth, packed += (long)PanelWidth * inputCount)
        {
            MatrixProduct<T>.Multiply(count, inputCount, PanelWidth, weight + ((long)first * inputCount), inputCount, 1, packed, PanelWidth, tile.Pointer, PanelWidth);
            AddBias(tile.Pointer, count, bias + first, rectify);
            Transposition.Copy(tile.Pointer, PanelWidth, count, Math.Min(PanelWidth, rows - row), outputs + ((long)row * outputCount) + first, outputCount);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBias(float* tile, int count, float* bias, bool rectify)
    {
        for (int output = 0; output < count; output++, tile += PanelWidth)
        {
            T b = T.Create(bias[output]), left = T.Load(tile) + b, right = T.Load(tile + T.Lanes) + b;
            T.Store(rectify ? T.Rectify(left) : left, tile);
            T.Store(rectify ? T.Rectify(right) : right, tile + T.Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(
        float* gradient, float* outputs, int rows, int outputCount, float* inputs, float* weight, int part, int inputCount, float* inputGradient, float* weightGradient,
        float* biasGradient)
    {
        int first = part * OutputsPerBackwardPart, count = Math.Min(OutputsPerBackwardPart, outputCount - first);
        using AlignedBuffer packed = new(count * rows), panel = new(Math.Max(rows, count) * PanelWidth);
        PackGradient(gradient + first, outputs == null ? null : outputs + first, rows, outputCount, count, packed.Pointer, biasGradient + first);
        weight += (long)first * inputCount;
        weightGradient += (long)first * inputCount;
        for (int column = 0; column < inputCount; column += PanelWidth)
        {
            int columns = Math.Min(PanelWidth, inputCount - column);
            PackPanel(inputs + column, rows, inputCount, columns, panel.Pointer);
            Multiply(count, rows, packed.Pointer, rows, 1, panel.Pointer, columns, weightGradient + column, inputCount);
            if (inputGradient != null)
            {
                PackPanel(weight + column, count, inputCount, columns, panel.Pointer);
                Multiply(rows, count, packed.Pointer, 1, rows, panel.Pointer, columns, inputGradient + column, inputCount);
            }
        }
    }

    // Writes the gradient before ReLU, outputs × rows, and its sum over the rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackGradient(float* gradient, float* outputs, int rows, int stride, int count, float* packed, float* biasGradient)
    {
        new Span<float>(biasGradient, count).Clear();
        int vectorized = count - (count % T.Lanes);
        using AlignedBuffer kept = new(count * PanelWidth);
        for (int row = 0; row < rows; row += PanelWidth)
        {
            int panelRows = Math.Min(PanelWidth, rows - row);
            for (int i = 0; i < panelRows; i++)
            {
                long start = (long)(row + i) * stride;
                float* source = gradient + start;
                float* target = kept.Pointer + (i * count);
                for (int output = 0; output < vectorized; output += T.Lanes)
                {
                    T value = T.Load(source + output);
                    value = outputs == null ? value : T.Keep(value, T.PositiveLanes(T.Load(outputs + start + output)));
                    T.Store(value, target + output);
                    T.Store(T.Load(biasGradient + output) + value, biasGradient + output);
                }

                for (int output = vectorized; output < count; output++)
                {
                    target[output] = outputs == null || outputs[start + output] > 0 ? source[output] : 0;
                    biasGradient[output] += target[output];
                }
            }

            Transposition.Copy(kept.Pointer, count, panelRows, count, packed + row, rows);
        }
    }

    // Copies some columns of a matrix, and fills the panel with columns of zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackPanel(float* source, int rows, int sourceRow, int count, float* panel)
    {
        for (int row = 0; row < rows; row++, source += sourceRow, panel += PanelWidth)
        {
            if (count == PanelWidth)
            {
                T.Store(T.Load(source), panel);
                T.Store(T.Load(source + T.Lanes), panel + T.Lanes);
                continue;
            }

            new Span<float>(source, count).CopyTo(new Span<float>(panel, count));
            new Span<float>(panel + count, PanelWidth - count).Clear();
        }
    }

    // Writes only the first columns of the product with a panel.
    private static void Multiply(int rows, int depth, float* a, nint aRow, nint aColumn, float* panel, int count, float* c, nint cRow)
    {
        if (count == PanelWidth)
        {
            MatrixProduct<T>.Multiply(rows, depth, PanelWidth, a, aRow, aColumn, panel, PanelWidth, c, cRow);
            return;
        }

        using AlignedBuffer product = new(rows * PanelWidth);
        MatrixProduct<T>.Multiply(rows, depth, PanelWidth, a, aRow, aColumn, panel, PanelWidth, product.Pointer, PanelWidth);
        for (int row = 0; row < rows; row++)
        {
            new Span<float>(product.Pointer + (row * PanelWidth), count).CopyTo(new Span<float>(c + (row * cRow), count));
        }
    }
}
