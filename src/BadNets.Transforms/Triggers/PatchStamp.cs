using System.Drawing;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>A patch that is fitted to an image shape: the values to write, channel by channel, and their position.</summary>
sealed class PatchStamp : TriggerStamp
{
    // The values to write into each channel of a planar image, row by row. If all channels get the same values, there is only one entry.
    private readonly byte[][] _planes;
    private readonly byte[] _rgba;
    private readonly int _x;
    private readonly int _y;
    private readonly int _width;
    private readonly int _height;

    public PatchStamp(ImageShape shape, Point corner, Picture picture)
        : base(shape)
    {
        (_x, _y, _width, _height) = (corner.X, corner.Y, picture.Width, picture.Height);
        _planes = picture.ToPlanes(shape);
        _rgba = new byte[4 * _width * _height];
        for (int i = 0; i < _width * _height; i++)
        {
            picture.Pixels.AsSpan(3 * i, 3).CopyTo(_rgba.AsSpan(4 * i));
            _rgba[4 * i + 3] = 255;
        }
    }

    protected override void Stamp(Span<byte> image, DataViewRowId row)
    {
        for (int channel = 0; channel < Shape.Channels; channel++)
        {
            var plane = _planes[channel % _planes.Length].AsSpan();
            for (int y = 0; y < _height; y++)
                plane.Slice(y * _width, _width).CopyTo(image[Start(channel, y)..]);
        }
    }

    protected override void Stamp(Span<float> image, DataViewRowId row)
    {
        for (int channel = 0; channel < Shape.Channels; channel++)
        {
            var plane = _planes[channel % _planes.Length].AsSpan();
            for (int y = 0; y < _height; y++)
            {
                var to = image.Slice(Start(channel, y), _width);
                for (int x = 0; x < _width; x++)
                    to[x] = plane[y * _width + x];
            }
        }
    }

    // Only whole numbers are written, so rounding is not necessary.
    internal override void StampPixels(Span<float> image, DataViewRowId row) => Stamp(image, row);

    internal override void StampInterleaved(Span<byte> image, bool blueFirst, DataViewRowId row)
    {
        for (int y = 0; y < _height; y++)
        {
            var to = image.Slice(4 * Start(0, y), 4 * _width);
            _rgba.AsSpan(4 * y * _width, 4 * _width).CopyTo(to);
            if (!blueFirst)
                continue;
            for (int at = 0; at < to.Length; at += 4)
                (to[at], to[at + 2]) = (to[at + 2], to[at]);
        }
    }

    private int Start(int channel, int row) => (channel * Shape.Height + _y + row) * Shape.Width + _x;
}
