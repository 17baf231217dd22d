namespace BadNets.Transforms;

/// <summary>One pass over the rows of an <see cref="ImageSet"/>.</summary>
abstract class ImageSetRows : IDisposable
{
    /// <summary>The label of the current row, from 0.</summary>
    public abstract int Label { get; }

    /// <summary>The pixels of the image of the current row: channels × height × width.</summary>
    public abstract ReadOnlySpan<byte> Image { get; }

    /// <summary>Moves to a row. Unless the set supports shuffling, this is always the next row.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or was changed after it was opened.</exception>
    public abstract void MoveTo(int row);

    /// <summary>Closes the files.</summary>
    public abstract void Dispose();
}
