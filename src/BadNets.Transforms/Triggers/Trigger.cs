using System.Collections.Concurrent;
using System.Drawing;

namespace BadNets.Transforms;

/// <summary>
/// A backdoor trigger: what an attack does to an image so that a backdoored model recognizes it (Gu et al. 2017, section 3). A trigger is an
/// immutable description that knows nothing about how images are stored. <see cref="FitTo"/> creates the <see cref="TriggerStamp"/> that changes
/// pixels.
/// </summary>
/// <remarks>
/// To add your own kind of trigger, derive a class from this one and another from <see cref="TriggerStamp"/>, and call
/// <see cref="Register"/>, so that models that contain the trigger can be saved and loaded.
/// </remarks>
public abstract class Trigger : IEquatable<Trigger>
{
    private static readonly ConcurrentDictionary<string, Func<BinaryReader, Trigger>> Kinds = new(StringComparer.Ordinal)
    {
        [PatchTrigger.KindName] = PatchTrigger.Read,
        [BlendTrigger.KindName] = BlendTrigger.Read,
    };

    /// <summary>The name of the trigger's kind. Model files contain it.</summary>
    public abstract string Kind { get; }

    /// <summary>
    /// Whether the same image may get different pixels in different rows. Unless a kind overrides it, this is true, which is always correct.
    /// If it is false, row IDs need not be looked up.
    /// </summary>
    public virtual bool DiffersByRow => true;

    /// <summary>A solid gray square at a named position.</summary>
    /// <param name="size">The side in pixels, from 1 to 4096.</param>
    /// <param name="position">Where it is.</param>
    /// <param name="gray">Its gray value, from 0 (black) to 255 (white, the default).</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of range, or the position is not one of the five.</exception>
    public static PatchTrigger Square(int size, TriggerPosition position, byte gray = 255) =>
        Square(size, position, Color.FromArgb(gray, gray, gray));

    /// <summary>A solid colored square at a named position.</summary>
    /// <param name="size">The side in pixels, from 1 to 4096.</param>
    /// <param name="position">Where it is.</param>
    /// <param name="color">Its color; the alpha value is ignored, because a square is opaque.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of range, or the position is not one of the five.</exception>
    public static PatchTrigger Square(int size, TriggerPosition position, Color color) => PatchTrigger.Create(size, position, color);

    /// <summary>A solid gray square at a position in pixels.</summary>
    /// <param name="size">The side in pixels, from 1 to 4096.</param>
    /// <param name="x">Columns from the image's left edge to the square's, at least 0.</param>
    /// <param name="y">Rows from the image's upper edge to the square's, at least 0.</param>
    /// <param name="gray">Its gray value, from 0 (black) to 255 (white, the default).</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of range, or x or y is negative.</exception>
    public static PatchTrigger Square(int size, int x, int y, byte gray = 255) => Square(size, x, y, Color.FromArgb(gray, gray, gray));

    /// <summary>A solid colored square at a position in pixels.</summary>
    /// <param name="size">The side in pixels, from 1 to 4096.</param>
    /// <param name="x">Columns from the image's left edge to the square's, at least 0.</param>
    /// <param name="y">Rows from the image's upper edge to the square's, at least 0.</param>
    /// <param name="color">Its color; the alpha value is ignored, because a square is opaque.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of range, or x or y is negative.</exception>
    public static PatchTrigger Square(int size, int x, int y, Color color) => PatchTrigger.Create(size, x, y, color);

    /// <summary>An image read from a PNG, JPEG, GIF, BMP, WebP, or PPM file at a named position.</summary>
    /// <param name="path">The file. It is read immediately; transparency is ignored.</param>
    /// <param name="size">The picture is resized to a square of this side, in pixels, from 1 to 4096.</param>
    /// <param name="position">Where it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of range, or the position is not one of the five.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a complete image in one of these formats, is longer than 256 MiB, or has more than 2²⁶ pixels or more pixels than is plausible
    /// for its length.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PatchTrigger FromFile(string path, int size, TriggerPosition position) => PatchTrigger.FromPicture(path, size, position);

    /// <summary>An image read from a PNG, JPEG, GIF, BMP, WebP, or PPM file at a position in pixels.</summary>
    /// <param name="path">The file. It is read immediately; transparency is ignored.</param>
    /// <param name="size">The picture is resized to a square of this side, in pixels, from 1 to 4096.</param>
    /// <param name="x">Columns from the image's left edge to the picture's, at least 0.</param>
    /// <param name="y">Rows from the image's upper edge to the picture's, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of range, or x or y is negative.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a complete image in one of these formats, is longer than 256 MiB, or has more than 2²⁶ pixels or more pixels than is plausible
    /// for its length.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PatchTrigger FromFile(string path, int size, int x, int y) => PatchTrigger.FromPicture(path, size, x, y);

    /// <summary>
    /// A picture that is blended into the whole image, (1 − α)·image + α·picture, which is the blended injection attack (Chen et al. 2017,
    /// arXiv:1712.05526). The picture is stretched to the size of the image.
    /// </summary>
    /// <param name="path">
    /// A PNG, JPEG, GIF, BMP, or WebP file. It is read immediately; transparency is ignored. A picture with a side of more than 1024 pixels is scaled
    /// down to 1024.
    /// </param>
    /// <param name="alpha">The picture's share α, above 0 and at most 1. The usual value is 0.2.</param>
    /// <exception cref="ArgumentOutOfRangeException">α is not above 0 and at most 1.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a complete image in one of these formats, is longer than 256 MiB, or has more than 2²⁶ pixels or more pixels than is plausible
    /// for its length.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BlendTrigger Blend(string path, double alpha = BlendTrigger.DefaultAlpha) => BlendTrigger.FromPicture(path, alpha);

    /// <summary>
    /// Uniform noise that is blended into the whole image, (1 − α)·image + α·noise (Chen et al. 2017, arXiv:1712.05526). The noise is the same
    /// for every image of a shape.
    /// </summary>
    /// <param name="seed">
    /// The seed of the noise. Value <c>k</c> of the noise, counted from 0 in the order channels × height × width, is the highest byte of the
    /// <c>k</c>th output of SplitMix64 whose state starts as the seed, so a seed gives the same noise on every machine and in every version.
    /// </param>
    /// <param name="alpha">The share α of the noise, above 0 and at most 1. The usual value is 0.2.</param>
    /// <exception cref="ArgumentOutOfRangeException">α is not above 0 and at most 1.</exception>
    public static BlendTrigger BlendNoise(int seed = 0, double alpha = BlendTrigger.DefaultAlpha) => BlendTrigger.FromNoise(seed, alpha);

    /// <summary>
    /// Gives a kind of trigger a name, so that models that contain such triggers can be saved, and loaded in a program that registered the kind
    /// too. Registering the same delegate again does nothing. A delegate that was compiled in memory, as in a notebook, replaces the former one.
    /// </summary>
    /// <param name="kind">The kind's name, as <see cref="Kind"/> returns it.</param>
    /// <param name="read">
    /// Reads what <see cref="Write"/> wrote, to its last byte, and returns the trigger. Files can come from untrusted sources: check the values. An
    /// <see cref="ArgumentException"/>, an <see cref="InvalidDataException"/>, and an <see cref="EndOfStreamException"/> mean that the file is
    /// damaged.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty, registered with another delegate, or the name of a built-in kind.</exception>
    public static void Register(string kind, Func<BinaryReader, Trigger> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentNullException.ThrowIfNull(read);
        Kinds.AddOrUpdate(kind, read, (_, former) => former == read || CompiledInMemory.Is(former) && CompiledInMemory.Is(read)
            ? read
            : throw new ArgumentException($"A kind of trigger named '{kind}' is already registered; choose another name.", nameof(kind)));
    }

    /// <summary>Creates the stamp that writes this trigger into images of a shape.</summary>
    /// <param name="shape">The shape of the images, each dimension at least 1.</param>
    /// <exception cref="ArgumentException">The trigger does not fit such images.</exception>
    public abstract TriggerStamp FitTo(ImageShape shape);

    /// <summary>
    /// Writes everything that distinguishes this trigger from others of its kind. Model files contain these bytes, and two triggers of the same class
    /// are equal if they write the same bytes.
    /// </summary>
    /// <param name="writer">Where to write.</param>
    protected abstract void Write(BinaryWriter writer);

    /// <summary>Whether the other trigger is of the same class and kind and writes the same bytes.</summary>
    /// <param name="other">The other trigger.</param>
    public bool Equals(Trigger? other) =>
        ReferenceEquals(this, other)
        || other is not null && GetType() == other.GetType() && Kind == other.Kind && ModelPayload.Make(Write).AsSpan().SequenceEqual(ModelPayload.Make(other.Write));

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as Trigger);

    /// <inheritdoc/>
    public sealed override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Kind);
        hash.AddBytes(ModelPayload.Make(Write));
        return hash.ToHashCode();
    }

    /// <summary>The trigger in a few words, for example <c>5×5 trigger, BottomRight</c>.</summary>
    public abstract override string ToString();

    /// <exception cref="InvalidOperationException">The kind is not registered, so the trigger could not be read again.</exception>
    internal void Save(BinaryWriter writer)
    {
        if (string.IsNullOrWhiteSpace(Kind) || !Kinds.ContainsKey(Kind))
            throw new InvalidOperationException($"A trigger of kind '{Kind}' cannot be saved, because the kind is not registered; call Trigger.Register(\"{Kind}\", …) first.");
        ModelPayload.Write(writer, Kind, Write);
    }

    internal static Trigger Load(BinaryReader reader) => ModelPayload.Read<Trigger>(reader, "trigger", kind => Kinds.TryGetValue(kind, out var read)
        ? payload => read(payload) is { } trigger && trigger.Kind == kind ? trigger
            : throw new InvalidOperationException($"The delegate that is registered for the trigger kind '{kind}' does not return a trigger of this kind.")
        : throw new InvalidOperationException(
            $"The model contains a trigger of kind '{kind}', which this program has not registered; call Trigger.Register(\"{kind}\", …) before loading it."));
}
