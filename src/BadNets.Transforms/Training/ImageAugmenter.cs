namespace BadNets.Transforms;

/// <summary>Applies an <see cref="ImageAugmentation"/> to the images of a batch. Not thread-safe.</summary>
sealed class ImageAugmenter
{
    private readonly ImageAugmentation _options;
    private readonly ImageShape _shape;
    private readonly ulong _seed;

    // The cropped image of each channel, with a border of one black pixel, so that interpolation needs no special case at the edge.
    private readonly float[] _moved;
    private readonly int _stride;
    private readonly int _planeSize;

    // The normalized value of a raw pixel of 0, for each channel.
    private readonly float[] _black;

    public ImageAugmenter(ImageAugmentation options, ImageShape shape, PixelNormalization normalization, int seed)
    {
        _options = options;
        _shape = shape;
        _seed = SplitMix64.Mix((ulong)(long)seed);
        _stride = shape.Width + 2;
        _planeSize = _stride * (shape.Height + 2);
        _moved = new float[shape.Channels * _planeSize];
        _black = new float[shape.Channels];
        normalization.Apply(_black);
    }

    /// <summary>Changes images in place.</summary>
    /// <param name="inputs">The normalized images, one after another.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="rows">The positions of the images in the training set.</param>
    public void Apply(Span<float> inputs, int epoch, ReadOnlySpan<long> rows)
    {
        for (int i = 0; i < rows.Length; i++)
            Apply(inputs.Slice(i * _shape.Size, _shape.Size), epoch, rows[i]);
    }

    private void Apply(Span<float> image, int epoch, long row)
    {
        // Each kind of change has its own random number, so that it does not depend on the other kinds.
        ulong draw = SplitMix64.Mix(SplitMix64.Mix(_seed ^ (uint)epoch) ^ (ulong)row);
        int down = Offset(SplitMix64.Mix(draw ^ 1)), right = Offset(SplitMix64.Mix(draw ^ 2));
        double angle = (Fraction(SplitMix64.Mix(draw ^ 3)) * 2 - 1) * _options.RotationDegrees;
        bool isFlipped = _options.HorizontalFlip && SplitMix64.Mix(draw ^ 4) >> 63 == 1;

        if (_options.RotationDegrees > 0)
        {
            Move(image, down, right);
            Rotate(image, angle * Math.PI / 180);
        }
        else if (_options.CropPadding > 0)
        {
            Move(image, down, right);
            CopyMoved(image);
        }

        if (isFlipped)
        {
            for (int start = 0; start < image.Length; start += _shape.Width)
                image.Slice(start, _shape.Width).Reverse();
        }
    }

    private void Move(ReadOnlySpan<float> image, int down, int right)
    {
        int width = _shape.Width, copied = width - Math.Abs(right);
        for (int c = 0; c < _shape.Channels; c++)
        {
            var plane = _moved.AsSpan(c * _planeSize, _planeSize);
            plane.Fill(_black[c]);
            for (int y = Math.Max(0, down); y < Math.Min(_shape.Height, _shape.Height + down); y++)
            {
                image.Slice((c * _shape.Height + y - down) * width + Math.Max(0, -right), copied)
                    .CopyTo(plane[((y + 1) * _stride + 1 + Math.Max(0, right))..]);
            }
        }
    }

    private void CopyMoved(Span<float> image)
    {
        for (int c = 0, to = 0; c < _shape.Channels; c++)
        {
            for (int y = 0; y < _shape.Height; y++, to += _shape.Width)
                _moved.AsSpan(c * _planeSize + (y + 1) * _stride + 1, _shape.Width).CopyTo(image[to..]);
        }
    }

    // Each pixel is interpolated bilinearly at the position that the rotation about the center moves to that pixel.
    private void Rotate(Span<float> image, double angle)
    {
        int width = _shape.Width, height = _shape.Height, size = width * height;
        float cos = (float)Math.Cos(angle), sin = (float)Math.Sin(angle);
        float centerX = (width - 1) / 2f, centerY = (height - 1) / 2f;
        for (int y = 0; y < height; y++)
        {
            float startX = centerX - cos * centerX - sin * (y - centerY), startY = centerY - sin * centerX + cos * (y - centerY);
            for (int x = 0; x < width; x++)
            {
                // Everything outside the border is black, like the border.
                float sourceX = Math.Clamp(startX + cos * x, -1, width), sourceY = Math.Clamp(startY + sin * x, -1, height);
                int left = Math.Min((int)(sourceX + 1), width), top = Math.Min((int)(sourceY + 1), height);
                float fractionX = sourceX + 1 - left, fractionY = sourceY + 1 - top;
                int at = top * _stride + left;
                for (int c = 0; c < _shape.Channels; c++, at += _planeSize)
                {
                    float above = _moved[at] + fractionX * (_moved[at + 1] - _moved[at]);
                    float below = _moved[at + _stride] + fractionX * (_moved[at + _stride + 1] - _moved[at + _stride]);
                    image[c * size + y * width + x] = above + fractionY * (below - above);
                }
            }
        }
    }

    private int Offset(ulong draw) => (int)Math.BigMul(draw, (ulong)(2 * _options.CropPadding + 1), out _) - _options.CropPadding;

    private static double Fraction(ulong draw) => (draw >> 11) * (1.0 / (1L << 53));
}
