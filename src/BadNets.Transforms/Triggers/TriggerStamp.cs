namespace BadNets.Transforms;

/// <summary>
/// A trigger fitted to one image shape: the values to write, channel by channel, and where. Made once, stamped often.
/// </summary>
sealed class TriggerStamp
{
    // What to write into each channel plane of a planar image, row by row; one entry for all channels if they get the same.
    private readonly byte[][] _planes;
    private readonly byte[] _rgba;
    private readonly int _x;
    private readonly int _y;
    private readonly int _width;
    private readonly int _height;

    /// <summary>Fits a trigger to images of a shape.</summary>
    /// <exception cref="ArgumentException">The trigger does not fit into the image, or has colors and the image not 3 channels.</exception>
    public TriggerStamp(Trigger trigger, ImageShape shape)
    {
        var corner = trigger.GetCorner(shape.Width, shape.Height);
        (_x, _y, _width, _height) = (corner.X, corner.Y, trigger.Width, trigger.Height);
        Shape = shape;
        if (!trigger.IsGray && shape.Channels != 3)
            throw new ArgumentException($"A colored trigger needs images of 3 channels (red, green, blue), but these have {shape.Channels}; use a gray one.");

        var red = new byte[_width * _height];
        var green = new byte[red.Length];
        var blue = new byte[red.Length];
        _rgba = new byte[4 * red.Length];
        for (int i = 0; i < red.Length; i++)
        {
            var color = trigger.GetPixel(i % _width, i / _width);
            (red[i], green[i], blue[i]) = (color.R, color.G, color.B);
            (_rgba[4 * i], _rgba[4 * i + 1], _rgba[4 * i + 2], _rgba[4 * i + 3]) = (color.R, color.G, color.B, 255);
        }

        _planes = trigger.IsGray ? [red] : [red, green, blue];
    }

    public ImageShape Shape { get; }

    /// <summary>Stamps a planar image: channels × height × width.</summary>
    public void Apply(Span<byte> image)
    {
        for (int channel = 0; channel < Shape.Channels; channel++)
        {
            var plane = _planes[channel % _planes.Length].AsSpan();
            for (int row = 0; row < _height; row++)
                plane.Slice(row * _width, _width).CopyTo(image[Start(channel, row)..]);
        }
    }

    /// <summary>Stamps a planar image whose pixels are whole numbers kept as floats.</summary>
    public void Apply(Span<float> image)
    {
        for (int channel = 0; channel < Shape.Channels; channel++)
        {
            var plane = _planes[channel % _planes.Length].AsSpan();
            for (int row = 0; row < _height; row++)
            {
                var to = image.Slice(Start(channel, row), _width);
                for (int x = 0; x < _width; x++)
                    to[x] = plane[row * _width + x];
            }
        }
    }

    /// <summary>Stamps an interleaved image of four bytes a pixel, opaquely.</summary>
    /// <param name="image">height × width × 4.</param>
    /// <param name="blueFirst">Whether the bytes of a pixel are blue, green, red, alpha instead of red, green, blue, alpha.</param>
    public void ApplyInterleaved(Span<byte> image, bool blueFirst)
    {
        for (int row = 0; row < _height; row++)
        {
            var to = image.Slice(4 * Start(0, row), 4 * _width);
            _rgba.AsSpan(4 * row * _width, 4 * _width).CopyTo(to);
            if (!blueFirst)
                continue;
            for (int at = 0; at < to.Length; at += 4)
                (to[at], to[at + 2]) = (to[at + 2], to[at]);
        }
    }

    private int Start(int channel, int row) => (channel * Shape.Height + _y + row) * Shape.Width + _x;
}
