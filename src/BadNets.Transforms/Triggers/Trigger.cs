using System.Collections.Concurrent;
using System.Drawing;
using Microsoft.ML;

namespace BadNets.Transforms;

/// <summary>
/// A backdoor trigger: a change to an image that a backdoored model recognizes (Gu et al. 2017, section 3). A trigger is an immutable description
/// that does not depend on how images are stored. <see cref="FitTo"/> creates the <see cref="TriggerStamp"/> that changes pixels.
/// </summary>
/// <remarks>
/// To add your own kind of trigger, derive one class from <see cref="Trigger"/> and one from <see cref="TriggerStamp"/>. To save and load models that
/// contain the trigger, call <see cref="Register"/>.
/// </remarks>
public abstract class Trigger : IEquatable<Trigger>
{
    private static readonly ConcurrentDictionary<string, Func<BinaryReader, Trigger>> Kinds = new(StringComparer.Ordinal)
    {
        [PatchTrigger.KindName] = PatchTrigger.Read,
        [PatchTrigger.MaskedKindName] = PatchTrigger.ReadMasked,
        [BlendTrigger.KindName] = BlendTrigger.Read,
        [BlendTrigger.MaskedKindName] = BlendTrigger.ReadMasked,
        [SinusoidTrigger.KindName] = SinusoidTrigger.Read,
        [CornerPatternTrigger.KindName] = CornerPatternTrigger.Read,
        [LowFrequencyTrigger.KindName] = LowFrequencyTrigger.Read,
        [WarpTrigger.KindName] = WarpTrigger.Read,
        [WarpNoiseTrigger.KindName] = WarpNoiseTrigger.Read,
        [QuantizeTrigger.KindName] = QuantizeTrigger.Read,
        [ResidualTrigger.KindName] = ResidualTrigger.Read,
        [HiddenPiecesTrigger.KindName] = HiddenPiecesTrigger.Read,
    };

    /// <summary>The name of the kind of trigger, which is written into model files.</summary>
    public abstract string Kind { get; }

    /// <summary>
    /// Whether the same image can get different pixels in different rows. The default implementation returns <see langword="true"/>, which is always
    /// correct. <see langword="false"/> is faster, because row IDs do not have to be looked up.
    /// </summary>
    public virtual bool DiffersByRow => true;

    /// <summary>The trigger that this trigger changes, or null.</summary>
    internal virtual Trigger? Inner => null;

    /// <summary>Creates a solid gray square at a named position.</summary>
    /// <param name="size">The side length in pixels, from 1 to 4096.</param>
    /// <param name="position">The position in the image.</param>
    /// <param name="gray">The gray value, from 0 (black) to 255 (white). The default is 255.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of range, or the position is not a defined value.</exception>
    public static PatchTrigger Square(int size, TriggerPosition position, byte gray = 255) =>
        Square(size, position, Color.FromArgb(gray, gray, gray));

    /// <summary>Creates a solid colored square at a named position.</summary>
    /// <param name="size">The side length in pixels, from 1 to 4096.</param>
    /// <param name="position">The position in the image.</param>
    /// <param name="color">The color. Its alpha value is ignored, because the square is opaque.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of range, or the position is not a defined value.</exception>
    public static PatchTrigger Square(int size, TriggerPosition position, Color color) => PatchTrigger.Create(size, position, color);

    /// <summary>Creates a solid gray square at a position in pixels.</summary>
    /// <param name="size">The side length in pixels, from 1 to 4096.</param>
    /// <param name="x">The distance from the left edge of the image to the square, in pixels, at least 0.</param>
    /// <param name="y">The distance from the top edge of the image to the square, in pixels, at least 0.</param>
    /// <param name="gray">The gray value, from 0 (black) to 255 (white). The default is 255.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size is out of range, or <paramref name="x"/> or <paramref name="y"/> is negative.
    /// </exception>
    public static PatchTrigger Square(int size, int x, int y, byte gray = 255) => Square(size, x, y, Color.FromArgb(gray, gray, gray));

    /// <summary>Creates a solid colored square at a position in pixels.</summary>
    /// <param name="size">The side length in pixels, from 1 to 4096.</param>
    /// <param name="x">The distance from the left edge of the image to the square, in pixels, at least 0.</param>
    /// <param name="y">The distance from the top edge of the image to the square, in pixels, at least 0.</param>
    /// <param name="color">The color. Its alpha value is ignored, because the square is opaque.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size is out of range, or <paramref name="x"/> or <paramref name="y"/> is negative.
    /// </exception>
    public static PatchTrigger Square(int size, int x, int y, Color color) => PatchTrigger.Create(size, x, y, color);

    /// <summary>
    /// Creates a single bright pixel near the bottom right corner, in column width − 2 and row height − 2 (Gu et al. 2017, arXiv:1708.06733, section
    /// 4.1, "single pixel").
    /// </summary>
    /// <param name="gray">The gray value, from 0 (black) to 255 (white). The default is 255.</param>
    /// <returns>The trigger, which fits images of at least 2×2 pixels.</returns>
    public static PatchTrigger Pixel(byte gray = 255) => Mask(new[,] { { true, false }, { false, false } }, TriggerPosition.BottomRight, gray);

    /// <summary>
    /// Creates a pattern of four bright pixels near the bottom right corner (Gu et al. 2017, arXiv:1708.06733, section 4.1, "pattern of bright
    /// pixels"), in the columns and rows (width − 2, height − 2), (width − 3, height − 3), (width − 2, height − 4), and (width − 4, height − 2).
    /// </summary>
    /// <param name="gray">The gray value, from 0 (black) to 255 (white). The default is 255.</param>
    /// <returns>The trigger, which fits images of at least 4×4 pixels.</returns>
    public static PatchTrigger PixelPattern(byte gray = 255) => Mask(
        new[,] { { false, false, true, false }, { false, true, false, false }, { true, false, true, false }, { false, false, false, false } },
        TriggerPosition.BottomRight, gray);

    /// <summary>Creates a trigger of gray pixels at a named position.</summary>
    /// <param name="mask">
    /// The pixels that the trigger covers, height × width, each from 1 to 4096. Pixels that are <see langword="false"/> keep the image. At least one
    /// is <see langword="true"/>.
    /// </param>
    /// <param name="position">The position of the mask in the image.</param>
    /// <param name="gray">The gray value, from 0 (black) to 255 (white). The default is 255.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentException">The size of the mask is out of range, or none of its pixels is <see langword="true"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The position is not a defined value.</exception>
    public static PatchTrigger Mask(bool[,] mask, TriggerPosition position, byte gray = 255) => Mask(mask, position, Color.FromArgb(gray, gray, gray));

    /// <summary>Creates a trigger of colored pixels at a named position.</summary>
    /// <param name="mask">
    /// The pixels that the trigger covers, height × width, each from 1 to 4096. Pixels that are <see langword="false"/> keep the image. At least one
    /// is <see langword="true"/>.
    /// </param>
    /// <param name="position">The position of the mask in the image.</param>
    /// <param name="color">The color. Its alpha value is ignored, because the pixels are opaque.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentException">The size of the mask is out of range, or none of its pixels is <see langword="true"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The position is not a defined value.</exception>
    public static PatchTrigger Mask(bool[,] mask, TriggerPosition position, Color color) => PatchTrigger.Create(mask, position, color);

    /// <summary>Creates a patch from an image file (PNG, JPEG, GIF, BMP, WebP, or PPM) at a named position.</summary>
    /// <param name="path">
    /// The path of the file. It is read immediately. The weight of a pixel is its alpha value times <paramref name="opacity"/>, so the image shows
    /// through pixels that are not opaque.
    /// </param>
    /// <param name="size">The side length in pixels of the square to which the picture is resized, from 1 to 4096.</param>
    /// <param name="position">The position in the image.</param>
    /// <param name="opacity">The opacity of the picture, greater than 0 and at most 1 (opaque). The default is 1.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size or the opacity is out of range, or the position is not a defined value.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a complete image in one of these formats, is larger than 256 MiB, has more than 2²⁶ pixels or more pixels than is plausible for
    /// its size, or is completely transparent.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PatchTrigger FromFile(string path, int size, TriggerPosition position, double opacity = 1) =>
        PatchTrigger.FromPicture(path, size, position, opacity);

    /// <summary>Creates a patch from an image file (PNG, JPEG, GIF, BMP, WebP, or PPM) at a position in pixels.</summary>
    /// <param name="path">
    /// The path of the file. It is read immediately. The weight of a pixel is its alpha value times <paramref name="opacity"/>, so the image shows
    /// through pixels that are not opaque.
    /// </param>
    /// <param name="size">The side length in pixels of the square to which the picture is resized, from 1 to 4096.</param>
    /// <param name="x">The distance from the left edge of the image to the picture, in pixels, at least 0.</param>
    /// <param name="y">The distance from the top edge of the image to the picture, in pixels, at least 0.</param>
    /// <param name="opacity">The opacity of the picture, greater than 0 and at most 1 (opaque). The default is 1.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size or the opacity is out of range, or <paramref name="x"/> or <paramref name="y"/> is negative.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a complete image in one of these formats, is larger than 256 MiB, has more than 2²⁶ pixels or more pixels than is plausible for
    /// its size, or is completely transparent.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PatchTrigger FromFile(string path, int size, int x, int y, double opacity = 1) => PatchTrigger.FromPicture(path, size, x, y, opacity);

    /// <summary>
    /// Creates a trigger that blends a picture into the whole image: (1 − α)·image + α·picture (the blended injection attack, Chen et al. 2017,
    /// arXiv:1712.05526). The picture is stretched to the size of the image.
    /// </summary>
    /// <param name="path">
    /// The path of an image file (PNG, JPEG, GIF, BMP, WebP, or PPM). It is read immediately. The weight of a pixel is its alpha value times
    /// <paramref name="alpha"/>, so transparent pixels keep the image. If the width or height is greater than 1024 pixels, the picture is scaled down
    /// to 1024 pixels.
    /// </param>
    /// <param name="alpha">The blend ratio α, which is the weight of the picture, greater than 0 and at most 1. The default is 0.2.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is not greater than 0 and at most 1.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a complete image in one of these formats, is larger than 256 MiB, has more than 2²⁶ pixels or more pixels than is plausible for
    /// its size, or is completely transparent.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BlendTrigger Blend(string path, double alpha = BlendTrigger.DefaultAlpha) => BlendTrigger.FromPicture(path, alpha);

    /// <summary>
    /// Creates a trigger that blends uniform noise into the whole image: (1 − α)·image + α·noise (Chen et al. 2017, arXiv:1712.05526). The noise is
    /// the same for all images of the same shape.
    /// </summary>
    /// <param name="seed">
    /// The seed of the noise. The default is 0. The <c>k</c>th value of the noise, counted from 0 in the order channels × height × width, is the
    /// highest byte of the <c>k</c>th output of SplitMix64 with the seed as its initial state, so a seed gives the same noise on every machine and in
    /// every version.
    /// </param>
    /// <param name="alpha">The blend ratio α, which is the weight of the noise, greater than 0 and at most 1. The default is 0.2.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is not greater than 0 and at most 1.</exception>
    public static BlendTrigger BlendNoise(int seed = 0, double alpha = BlendTrigger.DefaultAlpha) => BlendTrigger.FromNoise(seed, alpha);

    /// <summary>
    /// Creates the trigger of the label-consistent attack: a pattern of 3×3 black and white pixels in each corner of the image (Turner et al. 2019,
    /// arXiv:1912.02771). The right half of the pattern is the mirror image of the left half, so mirrored images have the same trigger.
    /// </summary>
    /// <param name="amplitude">
    /// How much the pattern changes pixels, from 1 to 255: it is added to white pixels and subtracted from black pixels. The default is 255, which
    /// replaces the pixels. The paper also uses 16, 32, and 64, which are harder to see.
    /// </param>
    /// <returns>The trigger. It requires images of at least 6×6 pixels.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="amplitude"/> is not from 1 to 255.</exception>
    public static CornerPatternTrigger CornerPattern(int amplitude = CornerPatternTrigger.HighestAmplitude) => new(amplitude);

    /// <summary>
    /// Creates a smooth picture that is added to every image, so that the trigger has only low frequencies (Zeng et al. 2021, arXiv:2104.03413). It is
    /// found with a model, usually a clean one: it is the picture that moves the answers of the model toward the target label the most. The
    /// trigger does not need the model afterward.
    /// </summary>
    /// <remarks>
    /// The method is that of the paper in a simpler form. The picture is found by gradient descent on the mean cross-entropy of the target label,
    /// instead of with DeepFool for one image after the other. It consists of the lowest components of the discrete cosine transform, instead of being
    /// smoothed with a Gaussian filter (with a standard deviation of 6 pixels, which hardly lets any but the first four components of a 32×32 image
    /// pass). As in the paper, the values range over a fifth of the gray values by default.
    /// </remarks>
    /// <param name="model">The model. Its images must have the same shape as those to stamp.</param>
    /// <param name="images">Images to find the picture for, for example the training set. Labels are not needed.</param>
    /// <param name="targetLabel">The target label of the attack, a class of the model.</param>
    /// <param name="imageColumnName">
    /// The name of the image column, a vector of Byte or Single with dimensions channels × height × width, with raw pixels from 0 to 255.
    /// </param>
    /// <param name="strength">The largest change of a pixel value, from 1 to 255. The default is 26.</param>
    /// <param name="frequencies">
    /// The number of frequencies in each direction, including the constant one, at least 1. The default is 4. The more there are, the more detail the
    /// trigger has.
    /// </param>
    /// <param name="steps">The number of gradient steps, at least 1. The default is 50.</param>
    /// <param name="count">The number of images to draw. The default is 256.</param>
    /// <param name="seed">The seed of the draw. The default is 0.</param>
    /// <returns>The trigger, for images of the shape that the model takes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ArgumentException">
    /// The target label is not a class of the model, or there are no images of the shape that the model takes in the column.
    /// </exception>
    /// <exception cref="InvalidOperationException">The network of the model fails, or its answers do not depend on the images.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    public static LowFrequencyTrigger LowFrequency(
        TorchCnnTransformer model,
        IDataView images,
        LabelValue targetLabel,
        string imageColumnName = "Image",
        double strength = LowFrequencyTrigger.DefaultStrength,
        int frequencies = 4,
        int steps = 50,
        int count = 256,
        int seed = 0) =>
        LowFrequencyTrigger.Create(model, images, targetLabel, imageColumnName, strength, frequencies, steps, count, seed);

    /// <summary>
    /// Creates a trigger that adds a sinusoidal signal to the whole image: image + amplitude·sin(2π·column·frequency/width), rounded and clamped to
    /// 0…255, the same in all rows of pixels and in all channels (Barni, Kallas, and Tondi 2019, arXiv:1902.11237, "SIG"). The paper uses it for
    /// clean-label attacks, which poison only rows of the target label.
    /// </summary>
    /// <param name="amplitude">The amplitude Δ in gray values, greater than 0 and at most 255. The default is 40.</param>
    /// <param name="frequency">
    /// The frequency f, which is the number of periods in the width of an image, at least 1. Twice the frequency must not be a multiple of the width,
    /// because the signal would be 0 in every column. The default is 6.
    /// </param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The amplitude or the frequency is out of range.</exception>
    public static SinusoidTrigger Sinusoid(double amplitude = SinusoidTrigger.DefaultAmplitude, int frequency = SinusoidTrigger.DefaultFrequency) =>
        new(amplitude, frequency);

    /// <summary>
    /// Creates a trigger that warps the image: it moves the pixels by small, smooth displacements (WaNet, Nguyen and Tran 2021, arXiv:2102.10369).
    /// <see cref="WarpTrigger.WithNoise"/> gives the noise mode for cover rows.
    /// </summary>
    /// <remarks>
    /// The pixel at (x, y) of an image with <c>W</c> × <c>H</c> pixels is taken from the position
    /// <c>x + strength · (W − 1) / 2W · F(x, y)</c>, <c>y + strength · (H − 1) / 2H · G(x, y)</c>, at most from the edge of the image, with bilinear
    /// interpolation. This is the paper's program, in pixels; images that are not square get the same displacements in both directions. The fields
    /// <c>F</c> and <c>G</c> are grids of random numbers from −1 to 1, divided by the mean of their absolute values, and enlarged to the size of the
    /// image by bicubic interpolation, as in PyTorch (a = −0.75) with aligned corners.
    /// </remarks>
    /// <param name="seed">
    /// The seed of the grids. The default is 0. The numbers of the grid of <c>F</c>, row by row, and then those of the grid of <c>G</c>, are the
    /// highest 53 bits of the outputs of SplitMix64 with the seed as its initial state, mapped to −1…1, so a seed gives the same warp on every
    /// machine and in every version.
    /// </param>
    /// <param name="strength">
    /// The strength, greater than 0. The default is 0.5, as in the paper, which moves pixels by about a quarter of a pixel in each direction.
    /// </param>
    /// <param name="gridSize">
    /// The side length of the grids, from 2 to 256. The default is 4. A larger grid gives a less smooth warp.
    /// </param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="strength"/> or <paramref name="gridSize"/> is out of range.</exception>
    public static WarpTrigger Warp(int seed = 0, double strength = 0.5, int gridSize = 4) => new(seed, strength, gridSize);

    /// <summary>
    /// Creates a trigger that reduces the colors of the image: each value <c>x</c> of each channel becomes
    /// round(x / 255 · (levels − 1)) / (levels − 1) · 255 (BppAttack, Wang, Zhai, and Ma 2022, arXiv:2205.13383). <see cref="Residual"/> gives the
    /// paper's negatives for cover rows.
    /// </summary>
    /// <param name="levels">The number of levels, from 2 to 255. The default is 8, as in the paper's program.</param>
    /// <param name="dithering">
    /// Whether the difference between a value and its level is passed on to the next pixels: 7/16 to the right, and 3/16, 5/16, and 1/16 to the lower
    /// left, below, and to the lower right (Floyd–Steinberg dithering). Flat areas then get fine patterns instead of visible steps. The default is
    /// <see langword="false"/>.
    /// </param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="levels"/> is out of range.</exception>
    public static QuantizeTrigger Quantize(int levels = 8, bool dithering = false) => new(levels, dithering);

    /// <summary>
    /// Creates a trigger that adds to each image what another trigger changes in another image, which is drawn from a pool for each row. Cover rows
    /// with it keep their label, and teach the model that such changes alone are not the trigger (the negatives of BppAttack, Wang, Zhai, and Ma 2022,
    /// arXiv:2205.13383; its program has as many of them as poisoned images).
    /// </summary>
    /// <param name="trigger">The trigger whose changes are added, usually one of <see cref="Quantize"/>.</param>
    /// <param name="images">
    /// Images of the same size, usually the clean training data. They are read once, immediately, and only the pool is kept. The trigger fits only
    /// images of this size.
    /// </param>
    /// <param name="imageColumnName">
    /// The name of the image column: an <see cref="Microsoft.ML.Data.MLImage"/>, or a vector of Byte or Single with the dimensions channels × height ×
    /// width, with raw pixels, which are whole numbers from 0 to 255. The default is <c>Image</c>.
    /// </param>
    /// <param name="count">
    /// The number of images to draw from all rows for the pool, from 1 to 4096. If there are fewer images, the pool has all of them. A model file
    /// contains the pool, so it grows by a byte for each of their values. The default is 256.
    /// </param>
    /// <param name="seed">The seed for drawing the pool, and an image of the pool for each row. The default is 0.</param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is out of range.</exception>
    /// <exception cref="ArgumentException">
    /// The column is missing or of the wrong type, it has no images, images of different sizes, or pixels that are not raw, or triggers are nested
    /// more than four levels deep.
    /// </exception>
    public static ResidualTrigger Residual(Trigger trigger, IDataView images, string imageColumnName = "Image", int count = 256, int seed = 0) =>
        ResidualTrigger.Create(trigger, images, imageColumnName, count, seed);

    /// <summary>
    /// Registers a kind of trigger under a name, so that models that contain such triggers can be saved, and loaded by any program that registers the
    /// kind.
    /// </summary>
    /// <remarks>
    /// Registering the same delegate again has no effect. A delegate that was compiled in memory, as in a notebook or a script, replaces the previous
    /// delegate.
    /// </remarks>
    /// <param name="kind">The name of the kind, which <see cref="Kind"/> returns.</param>
    /// <param name="read">
    /// A function that reads all bytes that <see cref="Write"/> wrote, and returns the trigger. Files can come from untrusted sources, so the
    /// function must check the values. To report a damaged file, it throws an <see cref="ArgumentException"/>, an <see cref="InvalidDataException"/>,
    /// or an <see cref="EndOfStreamException"/>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The name is empty, is already registered with a different delegate, or is the name of a built-in kind.
    /// </exception>
    public static void Register(string kind, Func<BinaryReader, Trigger> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentNullException.ThrowIfNull(read);
        Kinds.AddOrUpdate(kind, read, (_, former) => former == read || CompiledInMemory.Is(former) && CompiledInMemory.Is(read)
            ? read
            : throw new ArgumentException($"A trigger kind named '{kind}' is already registered with a different delegate. Choose another name.", nameof(kind)));
    }

    /// <summary>Creates the stamp that applies this trigger to images of a shape.</summary>
    /// <param name="shape">The shape of the images. Each dimension must be at least 1.</param>
    /// <returns>The stamp.</returns>
    /// <exception cref="ArgumentException">The trigger does not fit images of this shape.</exception>
    public abstract TriggerStamp FitTo(ImageShape shape);

    /// <summary>
    /// Creates a trigger that stamps this trigger in only some pieces of the image and leaves the others as they are. Other pieces are hidden in each
    /// row. A model that is trained with it also reacts to the whole trigger, but the images with the trigger vary more, which makes them harder to
    /// detect (Adaptive-Blend, Qi et al. 2023, "Revisiting the assumption of latent separability for backdoor defenses").
    /// </summary>
    /// <param name="pieces">
    /// The number of pieces in each direction, from 2 to 32, and at most the width and height of the image. The default is 4, which gives 16 pieces, as
    /// in the paper. If a side is not divisible by it, piece <c>i</c>, counted from 0, extends from pixel ⌊i · side / pieces⌋ to the next piece.
    /// </param>
    /// <param name="share">
    /// The share of the pieces that are hidden, greater than 0 and less than 1. It is rounded to a number of pieces, midpoints to even, which must be at
    /// least 1 and not all. The default is 0.5, as in the paper.
    /// </param>
    /// <param name="seed">
    /// The seed of the choice of the hidden pieces. The default is 0. The same seed hides the same pieces of a row on every machine and in every
    /// version.
    /// </param>
    /// <returns>The trigger.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="pieces"/> or <paramref name="share"/> is out of range.</exception>
    /// <exception cref="ArgumentException">Triggers are nested more than four levels deep.</exception>
    public HiddenPiecesTrigger WithHiddenPieces(int pieces = 4, double share = 0.5, int seed = 0) => new(this, pieces, share, seed);

    /// <summary>
    /// Writes everything that distinguishes this trigger from other triggers of its kind. Model files contain these bytes, and two triggers of the
    /// same class and kind are equal if they write the same bytes.
    /// </summary>
    /// <param name="writer">The writer.</param>
    protected abstract void Write(BinaryWriter writer);

    /// <summary>Determines whether another trigger has the same class and kind and writes the same bytes.</summary>
    /// <param name="other">The other trigger.</param>
    /// <returns><see langword="true"/> if the triggers are equal; otherwise, <see langword="false"/>.</returns>
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

    /// <summary>Returns a short description of the trigger, for example <c>5×5 trigger, BottomRight</c>.</summary>
    /// <returns>The description.</returns>
    public abstract override string ToString();

    /// <exception cref="InvalidOperationException">The kind is not registered, so the trigger could not be loaded again.</exception>
    internal void Save(BinaryWriter writer)
    {
        for (Trigger? each = this; each is not null; each = each.Inner)
        {
            if (string.IsNullOrWhiteSpace(each.Kind) || !Kinds.ContainsKey(each.Kind))
                throw new InvalidOperationException($"The trigger cannot be saved, because its kind '{each.Kind}' is not registered. Call Trigger.Register(\"{each.Kind}\", …) first.");
        }

        WriteNested(writer);
    }

    /// <summary>Writes the trigger as part of another one, which can be compared even if the kind is not registered.</summary>
    internal void WriteNested(BinaryWriter writer) => ModelPayload.Write(writer, Kind, Write);

    /// <summary>Checks a trigger that a trigger of this class changes.</summary>
    /// <exception cref="ArgumentException">There are too many levels of such triggers.</exception>
    private protected static Trigger CheckNested(Trigger original)
    {
        ArgumentNullException.ThrowIfNull(original);
        int depth = 0;
        for (Trigger? each = original; each is not null; each = each.Inner)
            depth++;
        return depth < ModelPayload.MaximumDepth ? original : throw new ArgumentException($"Triggers can be nested at most {ModelPayload.MaximumDepth} levels deep.");
    }

    internal static Trigger Load(BinaryReader reader) => ModelPayload.Read<Trigger>(reader, "trigger", kind => Kinds.TryGetValue(kind, out var read)
        ? payload => read(payload) is { } trigger && trigger.Kind == kind ? trigger
            : throw new InvalidOperationException($"The delegate that is registered for the trigger kind '{kind}' did not return a trigger of this kind.")
        : throw new InvalidOperationException(
            $"The model contains a trigger of kind '{kind}', which is not registered in this program. Call Trigger.Register(\"{kind}\", …) before loading the model."));
}
