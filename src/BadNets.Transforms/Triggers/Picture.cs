namespace BadNets.Transforms;

/// <summary>The picture of a trigger: red, green, and blue of each pixel, row by row from the top.</summary>
sealed class Picture
{
    public Picture(int width, int height, byte[] pixels)
    {
        Width = width;
        Height = height;
        Pixels = pixels;
        IsGray = IsAllGray(pixels);
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Pixels { get; }

    /// <summary>Whether red, green, and blue are equal in every pixel.</summary>
    public bool IsGray { get; }

    /// <exception cref="InvalidDataException">The rest of the stream is too short for that many pixels.</exception>
    public static Picture Read(BinaryReader reader, int width, int height)
    {
        long left = reader.BaseStream.Length - reader.BaseStream.Position;
        if (width < 1 || height < 1 || (long)width * height > left / 3)
            throw new InvalidDataException($"The model file is damaged: its trigger cannot have {width}×{height} pixels.");
        return new Picture(width, height, reader.ReadBytes(3 * width * height));
    }

    /// <summary>
    /// Returns the values of the pixels in each channel, for images of a shape, plane by plane. If the picture is gray, there is one plane for all
    /// channels.
    /// </summary>
    /// <exception cref="ArgumentException">The picture is colored, but the images do not have 3 channels.</exception>
    public byte[][] ToPlanes(ImageShape shape)
    {
        if (!IsGray && shape.Channels != 3)
            throw new ArgumentException($"A colored trigger requires images with 3 channels (red, green, blue), but the images have {shape.Channels}. Use a gray trigger.");

        var planes = new byte[IsGray ? 1 : 3][];
        for (int channel = 0; channel < planes.Length; channel++)
        {
            var plane = planes[channel] = new byte[Width * Height];
            for (int i = 0; i < plane.Length; i++)
                plane[i] = Pixels[3 * i + channel];
        }

        return planes;
    }

    /// <summary>
    /// Returns the picture stretched to another size. Each pixel is the weighted mean of the pixels around its position, with triangular weights that
    /// are two pixels of the larger size wide. Only doubles are added, in a fixed order, so the result is the same on every machine.
    /// </summary>
    public Picture Stretch(int width, int height)
    {
        if (width == Width && height == Height)
            return this;
        var rows = new double[3 * width * Height];
        Interpolate(Width, width, (x, from, weight) =>
        {
            for (int y = 0; y < Height; y++)
            {
                for (int channel = 0; channel < 3; channel++)
                    rows[3 * (y * width + x) + channel] += weight * Pixels[3 * (y * Width + from) + channel];
            }
        });
        var all = new double[3 * width * height];
        Interpolate(Height, height, (y, from, weight) =>
        {
            for (int i = 0; i < 3 * width; i++)
                all[3 * width * y + i] += weight * rows[3 * width * from + i];
        });
        return new Picture(width, height, Array.ConvertAll(all, value => (byte)Math.Clamp(Math.Round(value), 0, 255)));
    }

    private static void Interpolate(int size, int newSize, Action<int, int, double> add)
    {
        double scale = (double)size / newSize, radius = Math.Max(1, scale);
        for (int to = 0; to < newSize; to++)
        {
            double center = (to + 0.5) * scale;
            int first = Math.Max(0, (int)Math.Floor(center - radius)), end = Math.Min(size, (int)Math.Ceiling(center + radius));
            double sum = 0;
            for (int from = first; from < end; from++)
                sum += Weight(from);
            for (int from = first; from < end; from++)
                add(to, from, Weight(from) / sum);

            double Weight(int from) => Math.Max(0, 1 - Math.Abs((from + 0.5 - center) / radius));
        }
    }

    private static bool IsAllGray(byte[] pixels)
    {
        for (int i = 0; i < pixels.Length; i += 3)
        {
            if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2])
                return false;
        }

        return true;
    }
}
