using System.Drawing;

namespace BadNets.Transforms;

/// <summary>
/// The picture of a trigger: red, green, and blue of each pixel, row by row from the top, and how opaque each pixel is, if not all are completely.
/// </summary>
sealed class Picture
{
    private const byte Opaque = 255;

    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="pixels">Red, green, and blue of each pixel.</param>
    /// <param name="alpha">The alpha value of each pixel, from 0 (transparent) to 255 (opaque), or null if all pixels are opaque.</param>
    public Picture(int width, int height, byte[] pixels, byte[]? alpha = null)
    {
        Width = width;
        Height = height;
        Pixels = pixels;
        Alpha = alpha is null || !alpha.AsSpan().ContainsAnyExcept(Opaque) ? null : alpha;

        // The color of a transparent pixel has no effect, so it must not make two pictures different, or a gray picture colored.
        for (int i = 0; i < Alpha?.Length; i++)
        {
            if (Alpha[i] == 0)
                pixels.AsSpan(3 * i, 3).Clear();
        }

        IsGray = IsAllGray(pixels);
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Pixels { get; }

    /// <summary>The alpha value of each pixel, or null if all pixels are opaque.</summary>
    public byte[]? Alpha { get; }

    /// <summary>The number of pixels that are not transparent.</summary>
    public int VisibleCount => Width * Height - (Alpha?.AsSpan().Count((byte)0) ?? 0);

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

    /// <summary>Reads the alpha values that follow a picture.</summary>
    /// <exception cref="EndOfStreamException">The rest of the stream is too short.</exception>
    /// <exception cref="InvalidDataException">The picture is completely transparent.</exception>
    public Picture ReadAlpha(BinaryReader reader)
    {
        var translucent = new Picture(Width, Height, Pixels, reader.ReadBytes(Width * Height));
        return translucent.VisibleCount > 0 ? translucent : throw new InvalidDataException("The model file is damaged: its trigger is completely transparent.");
    }

    /// <summary>Returns a transparent picture of a larger size with this picture at a position.</summary>
    public Picture PlaceOn(int width, int height, Point corner)
    {
        byte[] pixels = new byte[3 * width * height], alpha = new byte[width * height];
        for (int y = 0; y < Height; y++)
        {
            int to = (corner.Y + y) * width + corner.X;
            Pixels.AsSpan(3 * y * Width, 3 * Width).CopyTo(pixels.AsSpan(3 * to));
            var row = alpha.AsSpan(to, Width);
            if (Alpha is null)
                row.Fill(Opaque);
            else
                Alpha.AsSpan(y * Width, Width).CopyTo(row);
        }

        return new Picture(width, height, pixels, alpha);
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
    /// are two pixels of the larger size wide, times the alpha values for the colors. Only doubles are added, in a fixed order, so the result is the
    /// same on every machine.
    /// </summary>
    public Picture Stretch(int width, int height)
    {
        if (width == Width && height == Height)
            return this;
        int values = Alpha is null ? 3 : 4;
        double[] source = Alpha is null ? Array.ConvertAll(Pixels, value => (double)value) : WeighColors(Pixels, Alpha);
        var rows = new double[values * width * Height];
        Interpolate(Width, width, (x, from, weight) =>
        {
            for (int y = 0; y < Height; y++)
            {
                for (int i = 0; i < values; i++)
                    rows[values * (y * width + x) + i] += weight * source[values * (y * Width + from) + i];
            }
        });
        var all = new double[values * width * height];
        Interpolate(Height, height, (y, from, weight) =>
        {
            for (int i = 0; i < values * width; i++)
                all[values * width * y + i] += weight * rows[values * width * from + i];
        });
        if (Alpha is null)
            return new Picture(width, height, Array.ConvertAll(all, ToByte));

        byte[] pixels = new byte[3 * width * height], alpha = new byte[width * height];
        for (int i = 0; i < alpha.Length; i++)
        {
            double weight = all[4 * i + 3];
            alpha[i] = ToByte(weight);
            for (int channel = 0; alpha[i] > 0 && channel < 3; channel++)
                pixels[3 * i + channel] = ToByte(all[4 * i + channel] / weight);
        }

        return new Picture(width, height, pixels, alpha);
    }

    // Red, green, and blue times alpha, and alpha.
    private static double[] WeighColors(byte[] pixels, byte[] alpha)
    {
        var weighed = new double[4 * alpha.Length];
        for (int i = 0; i < alpha.Length; i++)
        {
            for (int channel = 0; channel < 3; channel++)
                weighed[4 * i + channel] = pixels[3 * i + channel] * alpha[i];
            weighed[4 * i + 3] = alpha[i];
        }

        return weighed;
    }

    private static byte ToByte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);

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
