using System.Drawing;

namespace BadNets.Transforms;

/// <summary>
/// A small picture or a few pixels that cover part of the image (Gu et al. 2017, arXiv:1708.06733, section 4.1). Created by
/// <see cref="Trigger.Square(int, TriggerPosition, byte)"/>, <see cref="Trigger.Pixel"/>, <see cref="Trigger.PixelPattern"/>,
/// <see cref="Trigger.Mask(bool[,], TriggerPosition, byte)"/>, and <see cref="Trigger.FromFile(string, int, TriggerPosition, double)"/>.
/// </summary>
public sealed class PatchTrigger : Trigger
{
    internal const string KindName = "patch";
    internal const string MaskedKindName = "masked-patch";

    private const int MaximumSize = 4096;

    private readonly TriggerPosition? _position;
    private readonly Point _corner;
    private readonly Picture _picture;

    private PatchTrigger(Picture picture, TriggerPosition? position, Point corner, double opacity = 1)
    {
        if (!(opacity is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(opacity), $"The opacity must be greater than 0 and at most 1, but is {LabelValue.From(opacity)}.");
        _picture = picture;
        _position = position;
        _corner = corner;
        Opacity = opacity;
    }

    /// <summary>
    /// The name of the kind of trigger, which is written into model files: <c>patch</c>, or <c>masked-patch</c> if the image shows through the patch.
    /// </summary>
    public override string Kind => IsOpaque ? KindName : MaskedKindName;

    /// <summary><see langword="false"/>, because every image gets the same pixels.</summary>
    public override bool DiffersByRow => false;

    /// <summary>The width of the patch in pixels.</summary>
    public int Width => _picture.Width;

    /// <summary>The height of the patch in pixels.</summary>
    public int Height => _picture.Height;

    /// <summary>
    /// The opacity of the patch, greater than 0 and at most 1. The weight of a pixel is its alpha value, divided by 255, times this opacity.
    /// </summary>
    public double Opacity { get; }

    /// <summary>Whether red, green, and blue are equal in every pixel. Such a patch fits images with any number of channels.</summary>
    public bool IsGray => _picture.IsGray;

    private bool IsOpaque => Opacity == 1 && _picture.Alpha is null;

    internal static PatchTrigger Create(int size, TriggerPosition position, Color color) => new(Solid(CheckSize(size), color), CheckPosition(position), default);

    internal static PatchTrigger Create(int size, int x, int y, Color color) => new(Solid(CheckSize(size), color), null, CheckCorner(x, y));

    internal static PatchTrigger Create(bool[,] mask, TriggerPosition position, Color color) => new(Masked(mask, color), CheckPosition(position), default);

    internal static PatchTrigger FromPicture(string path, int size, TriggerPosition position, double opacity) =>
        new(ReadPicture(path, CheckSize(size)), CheckPosition(position), default, opacity);

    internal static PatchTrigger FromPicture(string path, int size, int x, int y, double opacity) =>
        new(ReadPicture(path, CheckSize(size)), null, CheckCorner(x, y), opacity);

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
    /// <returns>The color, with the alpha value of the pixel. A pixel outside the mask is transparent black.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the patch.</exception>
    public Color GetPixel(int x, int y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(x, Width);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, Height);
        int at = y * Width + x;
        var pixel = _picture.Pixels.AsSpan(3 * at, 3);
        return Color.FromArgb(_picture.Alpha?[at] ?? 255, pixel[0], pixel[1], pixel[2]);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The patch does not fit into the image, or the patch is colored and the image does not have 3 channels.
    /// </exception>
    public override TriggerStamp FitTo(ImageShape shape)
    {
        var corner = GetCorner(shape.Width, shape.Height);
        return IsOpaque ? new PatchStamp(shape, corner, _picture) : new BlendStamp(shape, Opacity, _picture.PlaceOn(shape.Width, shape.Height, corner));
    }

    /// <summary>
    /// Returns a short description, for example <c>5×5 trigger, BottomRight</c> or <c>4×4 trigger of 4 pixels, BottomRight</c>.
    /// </summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString()
    {
        string pixels = _picture.VisibleCount is var count && count == Width * Height ? "" : count == 1 ? " of 1 pixel" : FormattableString.Invariant($" of {count} pixels");
        string opacity = Opacity == 1 ? "" : FormattableString.Invariant($", opacity {Opacity}");
        return FormattableString.Invariant($"{Width}×{Height} trigger{pixels}, {(_position is { } position ? $"{position}" : $"at ({_corner.X}, {_corner.Y})")}{opacity}");
    }

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
        if (IsOpaque)
            return;
        writer.Write(Opacity);
        writer.Write(_picture.Alpha is not null);
        if (_picture.Alpha is { } alpha)
            writer.Write(alpha);
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

    internal static PatchTrigger ReadMasked(BinaryReader reader)
    {
        var patch = Read(reader);
        double opacity = reader.ReadDouble();
        var picture = reader.ReadBoolean() ? patch._picture.ReadAlpha(reader) : patch._picture;
        var masked = new PatchTrigger(picture, patch._position, patch._corner, opacity);
        return masked.IsOpaque ? throw new InvalidDataException("The model file is damaged: a trigger with a mask is opaque.") : masked;
    }

    private static Picture Solid(int size, Color color)
    {
        var pixels = new byte[3 * size * size];
        for (int i = 0; i < pixels.Length; i += 3)
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (color.R, color.G, color.B);
        return new Picture(size, size, pixels);
    }

    private static Picture Masked(bool[,] mask, Color color)
    {
        ArgumentNullException.ThrowIfNull(mask);
        int height = mask.GetLength(0), width = mask.GetLength(1);
        if (width is < 1 or > MaximumSize || height is < 1 or > MaximumSize)
            throw new ArgumentException($"The width and height of the mask must be between 1 and {MaximumSize} pixels, but are {width} and {height}.", nameof(mask));
        byte[] pixels = new byte[3 * width * height], alpha = new byte[width * height];
        int at = 0;
        foreach (bool isCovered in mask)
        {
            if (isCovered)
                (pixels[3 * at], pixels[3 * at + 1], pixels[3 * at + 2], alpha[at]) = (color.R, color.G, color.B, 255);
            at++;
        }

        var picture = new Picture(width, height, pixels, alpha);
        return picture.VisibleCount > 0 ? picture : throw new ArgumentException("The mask has no pixel that is true, so the trigger would change nothing.", nameof(mask));
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
