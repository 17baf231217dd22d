namespace BadNets.Transforms;

/// <summary>
/// A vector register of floats. The kernels are generic over it, so that each of them is written once and compiled for each width: a
/// <see langword="struct"/> as type argument gives code of its own, without calls.
/// </summary>
/// <typeparam name="T">The implementing type.</typeparam>
unsafe interface ISimd<T>
    where T : struct, ISimd<T>
{
    /// <summary>The number of floats, a power of two from 4 to 16.</summary>
    static abstract int Lanes { get; }

    static abstract T Zero { get; }

    static abstract T Create(float value);

    static abstract T Load(float* source);

    static abstract void Store(T value, float* target);

    /// <summary>Computes <c>a * b + c</c> with one rounding.</summary>
    static abstract T FusedMultiplyAdd(T a, T b, T c);

    /// <summary>Replaces negative lanes with zero. Like ReLU, it keeps NaN.</summary>
    static abstract T Rectify(T value);

    /// <summary>Returns a bit for each lane that is greater than zero.</summary>
    static abstract uint PositiveLanes(T value);

    /// <summary>Replaces the lanes whose bit is not set with zero.</summary>
    static abstract T Keep(T value, uint lanes);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);
}
