namespace BadNets.Transforms;

/// <summary>Reads consecutive items of equal length, with read-ahead, up to the end of a file.</summary>
sealed class FileItems : IDisposable
{
    private const int ReadAheadBytes = 1 << 16;

    private readonly DataFileContent _content;
    private readonly int _itemBytes;
    private readonly byte[] _ahead;
    private int _itemsLeft;
    private int _current;
    private int _end;

    /// <param name="content">The content, positioned at the first item. This object disposes of it.</param>
    /// <param name="count">The number of items.</param>
    /// <param name="itemBytes">The length of an item in bytes.</param>
    public FileItems(DataFileContent content, int count, int itemBytes)
    {
        _content = content;
        _itemsLeft = count;
        _itemBytes = itemBytes;
        _ahead = new byte[Math.Clamp(ReadAheadBytes / itemBytes, 1, count) * itemBytes];
        _current = -itemBytes;
    }

    /// <summary>The current item.</summary>
    public ReadOnlySpan<byte> Current => _ahead.AsSpan(_current, _itemBytes);

    /// <summary>Moves to the next item, if there is one.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public bool MoveNext()
    {
        _current += _itemBytes;
        return _current < _end || ReadAhead();
    }

    public void Dispose() => _content.Dispose();

    private bool ReadAhead()
    {
        if (_itemsLeft == 0)
            return false;
        int items = Math.Min(_ahead.Length / _itemBytes, _itemsLeft);
        (_current, _end) = (0, items * _itemBytes);
        _content.ReadExactly(_ahead.AsSpan(0, _end));
        _itemsLeft -= items;
        if (_itemsLeft == 0)
            _content.CheckEnd();
        return true;
    }
}
