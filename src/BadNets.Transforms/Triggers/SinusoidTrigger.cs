using System.Numerics.Tensors;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// A sinusoidal signal that is added to the whole image: image + amplitude·sin(2π·column·frequency/width) (Barni, Kallas, and Tondi 2019,
/// arXiv:1902.11237, "SIG"). It is the same in all rows of pixels and in all channels. Created by <see cref="Trigger.Sinusoid"/>.
/// </summary>
public sealed class SinusoidTrigger : Trigger
{
    internal const string KindName = "sinusoid";
    internal const double DefaultAmplitude = 40;
    internal const int DefaultFrequency = 6;

    internal SinusoidTrigger(double amplitude, int frequency)
    {
        if (!(amplitude is > 0 and <= 255))
            throw new ArgumentOutOfRangeException(nameof(amplitude), $"The amplitude must be greater than 0 and at most 255, but is {LabelValue.From(amplitude)}.");
        if (frequency < 1)
            throw new ArgumentOutOfRangeException(nameof(frequency), $"The frequency must be at least 1, but is {LabelValue.From(frequency)}.");
        Amplitude = amplitude;
        Frequency = frequency;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary><see langword="false"/>, because the same signal is added to every image.</summary>
    public override bool DiffersByRow => false;

    /// <summary>The amplitude in gray values, greater than 0 and at most 255.</summary>
    public double Amplitude { get; }

    /// <summary>The number of periods in the width of an image, at least 1.</summary>
    public int Frequency { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// Twice the frequency is a multiple of the width of the images, so the signal would be 0 in every column.
    /// </exception>
    public override TriggerStamp FitTo(ImageShape shape) => new SinusoidStamp(shape, Amplitude, Frequency);

    /// <summary>Returns a short description, for example <c>sinusoid, amplitude 40, frequency 6</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString() => FormattableString.Invariant($"sinusoid, amplitude {Amplitude}, frequency {Frequency}");

    /// <inheritdoc/>
    protected override void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Amplitude);
        writer.Write(Frequency);
    }

    internal static SinusoidTrigger Read(BinaryReader reader) => new(reader.ReadDouble(), reader.ReadInt32());

    private sealed class SinusoidStamp : TriggerStamp
    {
        private readonly float[] _signal;

        public SinusoidStamp(ImageShape shape, double amplitude, int frequency)
            : base(shape)
        {
            if (2L * frequency % shape.Width == 0)
            {
                throw new ArgumentException(
                    $"A sinusoid of frequency {frequency} is 0 in every column of an image that is {shape.Width} pixels wide. Use another frequency.");
            }

            _signal = new float[shape.Size];
            for (int i = 0; i < _signal.Length; i++)
            {
                // Whole periods are left out in integers, so that they do not cost precision.
                long phase = (long)(i % shape.Width) * frequency % shape.Width;
                _signal[i] = (float)(amplitude * Math.Sin(2 * Math.PI * phase / shape.Width));
            }
        }

        protected override void Stamp(Span<float> image, DataViewRowId row) => TensorPrimitives.Add(image, _signal, image);
    }
}
