namespace BadNets.Transforms;

/// <summary>
/// The sub-models of a model file, packed again for ML.NET to unpack. As with <see cref="EntryStream"/>, a read at the end of an entry throws an
/// exception instead of returning zero bytes. A zip archive asks for nothing at the end of an entry.
/// </summary>
sealed class PackedStream : MemoryStream
{
    private bool _isFrozen;
    private volatile bool _isStopped;

    /// <summary>Ends writing.</summary>
    public void Freeze() => _isFrozen = true;

    /// <summary>Makes every further read fail, because reading takes too long.</summary>
    public void Stop() => _isStopped = true;

    public override int Read(byte[] buffer, int offset, int count)
    {
        Check(count);
        return base.Read(buffer, offset, count);
    }

    public override int Read(Span<byte> buffer)
    {
        Check(buffer.Length);
        return base.Read(buffer);
    }

    private void Check(int count)
    {
        if (_isStopped)
            throw new InvalidDataException("It is damaged: reading it did not finish in time.");
        if (_isFrozen && count == 0)
            throw new InvalidDataException("It is damaged: a part of it ends before its data are complete.");
    }
}
