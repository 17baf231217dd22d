namespace BadNets.Transforms;

/// <summary>One pass over the rows of an <see cref="ImageSet"/>.</summary>
abstract class ImageSetRows : IDisposable
{
    /// <summary>The current row's label, from 0.</summary>
    public abstract int Label { get; }

    /// <summary>The pixels of the current row's image: channels × height × width.</summary>
    public abstract ReadOnlySpan<byte> Image { get; }

    /// <summary>Moves to a row. Unless the set can be shuffled, this is always the next one.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or was changed after it was opened.</exception>
    public abstract void MoveTo(int row);

    /// <summary>Closes the files.</summary>
    public abstract void Dispose();
}
