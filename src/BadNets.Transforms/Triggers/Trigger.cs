using System.Drawing;

namespace BadNets.Transforms;

/// <summary>
/// A backdoor trigger: a small picture and the place where it is stamped over an image (Gu et al. 2017, section 4.1). Immutable; it
/// knows nothing of how images are stored.
/// </summary>
public sealed class Trigger : IEquatable<Trigger>
{
    private readonly TriggerPosition? _position;
    private readonly Point _corner;

    // Red, green and blue of each pixel, row by row from the top.
    private readonly byte[] _pixels;

    private Trigger(int width, int height, byte[] pixels, TriggerPosition? position, Point corner)
    {
        Width = width;
        Height = height;
        _pixels = pixels;
        _position = position;
        _corner = corner;
        IsGrey = IsAllGrey(pixels);
    }

    /// <summary>The trigger's width in pixels, at least 1.</summary>
    public int Width { get; }

    /// <summary>The trigger's height in pixels, at least 1.</summary>
    public int Height { get; }

    /// <summary>Whether red, green and blue are the same in every pixel; such a trigger suits images of any number of channels.</summary>
    public bool IsGrey { get; }

    /// <summary>A solid grey square at a named position.</summary>
    /// <param name="size">The side in pixels, at least 1.</param>
    /// <param name="position">Where it sits.</param>
    /// <param name="grey">Its grey value, from 0 (black) to 255 (white, the default).</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1 or the position is none of the five.</exception>
    public static Trigger Square(int size, TriggerPosition position, byte grey = 255) =>
        Square(size, position, Color.FromArgb(grey, grey, grey));

    /// <summary>A solid square of a colour at a named position.</summary>
    /// <param name="size">The side in pixels, at least 1.</param>
    /// <param name="position">Where it sits.</param>
    /// <param name="color">Its colour; the alpha value is ignored: a trigger is opaque.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1 or the position is none of the five.</exception>
    public static Trigger Square(int size, TriggerPosition position, Color color) =>
        Create(CheckSize(size), size, Solid(size, color), CheckPosition(position));

    /// <summary>A solid grey square at a place given in pixels.</summary>
    /// <param name="size">The side in pixels, at least 1.</param>
    /// <param name="x">Columns from the image's left edge to the square's, at least 0.</param>
    /// <param name="y">Rows from the image's upper edge to the square's, at least 0.</param>
    /// <param name="grey">Its grey value, from 0 (black) to 255 (white, the default).</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1, or x or y is negative.</exception>
    public static Trigger Square(int size, int x, int y, byte grey = 255) =>
        Square(size, x, y, Color.FromArgb(grey, grey, grey));

    /// <summary>A solid square of a colour at a place given in pixels.</summary>
    /// <param name="size">The side in pixels, at least 1.</param>
    /// <param name="x">Columns from the image's left edge to the square's, at least 0.</param>
    /// <param name="y">Rows from the image's upper edge to the square's, at least 0.</param>
    /// <param name="color">Its colour; the alpha value is ignored: a trigger is opaque.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1, or x or y is negative.</exception>
    public static Trigger Square(int size, int x, int y, Color color) =>
        Create(CheckSize(size), size, Solid(size, color), CheckCorner(x, y));

    /// <summary>An image read from a PNG, JPEG, GIF, BMP, WebP, or PPM file at a named position.</summary>
    /// <param name="path">The file. It is read at once; transparency is ignored.</param>
    /// <param name="size">The picture is resized to a square of this side, in pixels, at least 1.</param>
    /// <param name="position">Where it sits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1 or the position is none of the five.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a complete image in one of these formats, is longer than 256 MiB, or has more than 2²⁶ pixels or more pixels than is plausible
    /// for its length.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Trigger FromFile(string path, int size, TriggerPosition position) =>
        Create(CheckSize(size), size, TriggerFile.Read(path, size), CheckPosition(position));

    /// <summary>An image read from a PNG, JPEG, GIF, BMP, WebP, or PPM file at a position in pixels.</summary>
    /// <param name="path">The file. It is read at once; transparency is ignored.</param>
    /// <param name="size">The picture is resized to a square of this side, in pixels, at least 1.</param>
    /// <param name="x">Columns from the image's left edge to the picture's, at least 0.</param>
    /// <param name="y">Rows from the image's upper edge to the picture's, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1, or x or y is negative.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a complete image in one of these formats, is longer than 256 MiB, or has more than 2²⁶ pixels or more pixels than is plausible
    /// for its length.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Trigger FromFile(string path, int size, int x, int y) =>
        Create(CheckSize(size), size, TriggerFile.Read(path, size), CheckCorner(x, y));

    /// <summary>Where the trigger's upper left corner comes to lie in an image.</summary>
    /// <param name="imageWidth">The image's width in pixels.</param>
    /// <param name="imageHeight">The image's height in pixels.</param>
    /// <exception cref="ArgumentException">The trigger is larger than the image or reaches beyond its edge.</exception>
    public Point GetCorner(int imageWidth, int imageHeight)
    {
        int right = imageWidth - Width, bottom = imageHeight - Height;
        if (right < 0 || bottom < 0)
            throw new ArgumentException($"A trigger of {Width}×{Height} pixels does not fit into an image of {imageWidth}×{imageHeight}; use a smaller one.");

        var corner = _position switch
        {
            TriggerPosition.TopLeft => new Point(0, 0),
            TriggerPosition.TopRight => new Point(right, 0),
            TriggerPosition.BottomLeft => new Point(0, bottom),
            TriggerPosition.BottomRight => new Point(right, bottom),
            TriggerPosition.Center => new Point(right / 2, bottom / 2),
            _ => _corner,
        };
        if (corner.X > right || corner.Y > bottom)
        {
            throw new ArgumentException(
                $"A trigger of {Width}×{Height} pixels at ({corner.X}, {corner.Y}) reaches beyond an image of {imageWidth}×{imageHeight}; it may start at ({right}, {bottom}) at the most.");
        }

        return corner;
    }

    /// <summary>The colour of one of the trigger's pixels, opaque.</summary>
    /// <param name="x">Column, from 0 to <see cref="Width"/> − 1.</param>
    /// <param name="y">Row, from 0 to <see cref="Height"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such pixel.</exception>
    public Color GetPixel(int x, int y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(x, Width);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, Height);
        int at = 3 * (y * Width + x);
        return Color.FromArgb(_pixels[at], _pixels[at + 1], _pixels[at + 2]);
    }

    /// <inheritdoc/>
    public bool Equals(Trigger? other) =>
        other is not null && Width == other.Width && Height == other.Height && _position == other._position && _corner == other._corner
        && _pixels.AsSpan().SequenceEqual(other._pixels);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Trigger);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Width);
        hash.Add(_position);
        hash.Add(_corner);
        hash.AddBytes(_pixels);
        return hash.ToHashCode();
    }

    /// <summary>For example <c>5×5 trigger, BottomRight</c>.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Width}×{Height} trigger, {(_position is { } position ? $"{position}" : $"at ({_corner.X}, {_corner.Y})")}");

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Width);
        writer.Write(Height);
        writer.Write(_position is { } position ? (int)position : -1);
        writer.Write(_corner.X);
        writer.Write(_corner.Y);
        writer.Write(_pixels);
    }

    internal static Trigger Read(BinaryReader reader)
    {
        int width = reader.ReadInt32(), height = reader.ReadInt32(), position = reader.ReadInt32();
        int x = reader.ReadInt32(), y = reader.ReadInt32();
        long left = reader.BaseStream.Length - reader.BaseStream.Position;
        if (width < 1 || height < 1 || (long)width * height > left / 3)
            throw new InvalidDataException($"The model file is damaged: it announces a trigger of {width}×{height} pixels.");
        if (x < 0 || y < 0 || position != -1 && !Enum.IsDefined((TriggerPosition)position))
            throw new InvalidDataException("The model file is damaged: it has a trigger at an impossible place.");
        return new Trigger(width, height, reader.ReadBytes(3 * width * height), position < 0 ? null : (TriggerPosition)position, new Point(x, y));
    }

    private static Trigger Create(int width, int height, byte[] pixels, TriggerPosition position) => new(width, height, pixels, position, default);

    private static Trigger Create(int width, int height, byte[] pixels, Point corner) => new(width, height, pixels, null, corner);

    private static byte[] Solid(int size, Color color)
    {
        var pixels = new byte[checked(3 * size * size)];
        for (int i = 0; i < pixels.Length; i += 3)
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (color.R, color.G, color.B);
        return pixels;
    }

    private static bool IsAllGrey(byte[] pixels)
    {
        for (int i = 0; i < pixels.Length; i += 3)
        {
            if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2])
                return false;
        }

        return true;
    }

    private static int CheckSize(int size)
    {
        if (size is < 1 or > MaximumSize)
            throw new ArgumentOutOfRangeException(nameof(size), $"The trigger's size must be between 1 and {MaximumSize} pixels, but is {size}.");
        return size;
    }

    private const int MaximumSize = 4096;

    private static TriggerPosition CheckPosition(TriggerPosition position) =>
        Enum.IsDefined(position) ? position : throw new ArgumentOutOfRangeException(nameof(position), $"There is no trigger position {(int)position}.");

    private static Point CheckCorner(int x, int y) =>
        x >= 0 && y >= 0 ? new Point(x, y) : throw new ArgumentOutOfRangeException(nameof(x), $"A trigger's place must not be negative, but is ({x}, {y}).");
}
