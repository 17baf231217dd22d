namespace BadNets.Transforms;

/// <summary>Reads the items of an IDX file one after the other, with read-ahead.</summary>
sealed class IdxItems : IDisposable
{
    private const int ReadAheadBytes = 1 << 16;

    private readonly IdxFile _file;
    private readonly Stream _stream;
    private readonly byte[] _ahead;
    private int _itemsLeft;
    private int _current;
    private int _end;

    public IdxItems(IdxFile file)
    {
        _file = file;
        _itemsLeft = file.Count;
        _ahead = new byte[Math.Clamp(ReadAheadBytes / file.ItemBytes, 1, file.Count) * file.ItemBytes];
        _current = -file.ItemBytes;
        _stream = file.OpenItems();
    }

    /// <summary>The item that <see cref="MoveNext"/> moved to.</summary>
    public ReadOnlySpan<byte> Current => _ahead.AsSpan(_current, _file.ItemBytes);

    /// <summary>Moves to the next item, if there is one.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public bool MoveNext()
    {
        _current += _file.ItemBytes;
        return _current < _end || ReadAhead();
    }

    public void Dispose() => _stream.Dispose();

    private bool ReadAhead()
    {
        if (_itemsLeft == 0)
            return false;
        int items = Math.Min(_ahead.Length / _file.ItemBytes, _itemsLeft);
        (_current, _end) = (0, items * _file.ItemBytes);
        _file.ReadExactly(_stream, _ahead.AsSpan(0, _end));
        _itemsLeft -= items;
        if (_itemsLeft == 0)
            _file.CheckEnd(_stream);
        return true;
    }
}
