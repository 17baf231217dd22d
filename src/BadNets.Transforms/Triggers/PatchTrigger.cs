using System.Drawing;

namespace BadNets.Transforms;

/// <summary>
/// A small opaque picture that covers part of the image (Gu et al. 2017, section 4.1). Created by
/// <see cref="Trigger.Square(int, TriggerPosition, byte)"/> and <see cref="Trigger.FromFile(string, int, TriggerPosition)"/>.
/// </summary>
public sealed class PatchTrigger : Trigger
{
    internal const string KindName = "patch";

    private const int MaximumSize = 4096;

    private readonly TriggerPosition? _position;
    private readonly Point _corner;
    private readonly Picture _picture;

    private PatchTrigger(Picture picture, TriggerPosition? position, Point corner)
    {
        _picture = picture;
        _position = position;
        _corner = corner;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary><see langword="false"/>, because every image gets the same pixels.</summary>
    public override bool DiffersByRow => false;

    /// <summary>The width of the patch in pixels.</summary>
    public int Width => _picture.Width;

    /// <summary>The height of the patch in pixels.</summary>
    public int Height => _picture.Height;

    /// <summary>Whether red, green, and blue are equal in every pixel. Such a patch fits images with any number of channels.</summary>
    public bool IsGray => _picture.IsGray;

    internal static PatchTrigger Create(int size, TriggerPosition position, Color color) => new(Solid(CheckSize(size), color), CheckPosition(position), default);

    internal static PatchTrigger Create(int size, int x, int y, Color color) => new(Solid(CheckSize(size), color), null, CheckCorner(x, y));

    internal static PatchTrigger FromPicture(string path, int size, TriggerPosition position) =>
        new(ReadPicture(path, CheckSize(size)), CheckPosition(position), default);

    internal static PatchTrigger FromPicture(string path, int size, int x, int y) => new(ReadPicture(path, CheckSize(size)), null, CheckCorner(x, y));

    /// <summary>Returns the position of the top left corner of the patch in an image.</summary>
    /// <param name="imageWidth">The width of the image in pixels.</param>
    /// <param name="imageHeight">The height of the image in pixels.</param>
    /// <returns>The column and row of the top left pixel of the patch.</returns>
    /// <exception cref="ArgumentException">The patch is larger than the image, or extends beyond its edge.</exception>
    public Point GetCorner(int imageWidth, int imageHeight)
    {
        int right = imageWidth - Width, bottom = imageHeight - Height;
        if (right < 0 || bottom < 0)
            throw new ArgumentException($"A trigger of {Width}×{Height} pixels does not fit into an image of {imageWidth}×{imageHeight} pixels. Use a smaller trigger.");

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
                $"A trigger of {Width}×{Height} pixels at ({corner.X}, {corner.Y}) extends beyond an image of {imageWidth}×{imageHeight} pixels. Its position must be at most ({right}, {bottom}).");
        }

        return corner;
    }

    /// <summary>Returns the color of a pixel of the patch.</summary>
    /// <param name="x">The column, from 0 to <see cref="Width"/> − 1.</param>
    /// <param name="y">The row, from 0 to <see cref="Height"/> − 1.</param>
    /// <returns>The color, which is always opaque.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the patch.</exception>
    public Color GetPixel(int x, int y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(x, Width);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, Height);
        var pixel = _picture.Pixels.AsSpan(3 * (y * Width + x), 3);
        return Color.FromArgb(pixel[0], pixel[1], pixel[2]);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The patch does not fit into the image, or the patch is colored and the image does not have 3 channels.
    /// </exception>
    public override TriggerStamp FitTo(ImageShape shape) => new PatchStamp(shape, GetCorner(shape.Width, shape.Height), _picture);

    /// <summary>Returns a short description, for example <c>5×5 trigger, BottomRight</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString() =>
        FormattableString.Invariant($"{Width}×{Height} trigger, {(_position is { } position ? $"{position}" : $"at ({_corner.X}, {_corner.Y})")}");

    /// <inheritdoc/>
    protected override void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Width);
        writer.Write(Height);
        writer.Write(_position is { } position ? (int)position : -1);
        writer.Write(_corner.X);
        writer.Write(_corner.Y);
        writer.Write(_picture.Pixels);
    }

    internal static PatchTrigger Read(BinaryReader reader)
    {
        int width = reader.ReadInt32(), height = reader.ReadInt32(), position = reader.ReadInt32();
        int x = reader.ReadInt32(), y = reader.ReadInt32();
        var picture = Picture.Read(reader, width, height);
        if (x < 0 || y < 0 || position != -1 && !Enum.IsDefined((TriggerPosition)position))
            throw new InvalidDataException("The model file is damaged: the position of a trigger is not valid.");
        return new PatchTrigger(picture, position < 0 ? null : (TriggerPosition)position, new Point(x, y));
    }

    private static Picture Solid(int size, Color color)
    {
        var pixels = new byte[3 * size * size];
        for (int i = 0; i < pixels.Length; i += 3)
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (color.R, color.G, color.B);
        return new Picture(size, size, pixels);
    }

    private static Picture ReadPicture(string path, int size) => TriggerFile.Read(path, (_, _) => (size, size));

    private static int CheckSize(int size)
    {
        if (size is < 1 or > MaximumSize)
            throw new ArgumentOutOfRangeException(nameof(size), $"The size of the trigger must be between 1 and {MaximumSize} pixels, but is {size}.");
        return size;
    }

    private static TriggerPosition CheckPosition(TriggerPosition position) =>
        Enum.IsDefined(position) ? position : throw new ArgumentOutOfRangeException(nameof(position), $"Unknown trigger position '{(int)position}'. Expected one of {string.Join(", ", Enum.GetNames<TriggerPosition>())}.");

    private static Point CheckCorner(int x, int y) =>
        x >= 0 && y >= 0 ? new Point(x, y) : throw new ArgumentOutOfRangeException(nameof(x), $"The position of the trigger must not be negative, but is ({x}, {y}).");
}
