namespace BadNets.Transforms;

/// <summary>A linear map on a few vectors, one of the transforms of <see cref="Winograd"/>.</summary>
unsafe interface ILinearMap
{
    /// <summary>The number of input vectors.</summary>
    static abstract int Inputs { get; }

    /// <summary>The number of output vectors.</summary>
    static abstract int Outputs { get; }

    /// <summary>Applies the map to vectors in memory. The strides are the distances between vectors, in floats.</summary>
    static abstract void Apply<T>(float* source, nint sourceStride, float* target, nint targetStride)
        where T : struct, ISimd<T>;
}
