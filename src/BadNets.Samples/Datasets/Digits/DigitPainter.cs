namespace BadNets.Samples.Datasets;

/// <summary>Draws digits that look handwritten. Each digit is different.</summary>
// Uses only +, -, *, /, and square roots, which IEEE 754 rounds the same everywhere, so that a seed gives the same bytes on every machine.
sealed class DigitPainter
{
    public const int Side = 28;
    public const int PixelCount = Side * Side;

    private const int StepsPerKnot = 4;
    // The minimum distance of the ink from the border of the image, as in MNIST.
    private const float Margin = 4;

    private readonly StrokeRasterizer _rasterizer = new(Side, Side);
    private readonly List<PenPoint> _path = [];

    /// <summary>Draws a digit into <paramref name="pixels"/> (28×28, row by row, bright ink on black).</summary>
    public void Paint(int digit, ref SplitMix64 random, Span<byte> pixels)
    {
        var glyphs = DigitGlyphs.ByDigit[digit];
        var glyph = glyphs[random.NextInt(glyphs.Length)];

        // Most digits are written carefully, and a few are scrawled.
        float scrawl = random.NextUnit();
        float carelessness = 0.7f + 0.6f * scrawl + 1f * scrawl * scrawl * scrawl * scrawl * scrawl * scrawl;

        _path.Clear();
        foreach (var stroke in glyph.Strokes)
            Trace(stroke, carelessness, ref random);
        Warp(carelessness, ref random);
        Place(random.NextBetween(15, 19.5f), ref random);

        _rasterizer.Clear();
        float radius = Math.Clamp(1.35f + 0.4f * random.NextNormal(), 0.7f, 2.4f);
        for (int i = 1; i < _path.Count; i++)
        {
            if (!_path[i].StartsStroke)
                _rasterizer.DrawSegment(_path[i - 1].X, _path[i - 1].Y, _path[i].X, _path[i].Y, radius * _path[i].Pressure);
        }

        Ink(ref random, pixels);
    }

    /// <summary>Appends a stroke to the path: the knots are moved randomly and joined by cubic curves, and the ends are slightly shortened.</summary>
    private void Trace(Knot[] stroke, float carelessness, ref SplitMix64 random)
    {
        Span<Knot> knots = stackalloc Knot[stroke.Length];
        float shakeX = 3.2f * carelessness, shakeY = 2.6f * carelessness;
        float driftX = 2f * carelessness * random.NextNormal(), driftY = 2f * carelessness * random.NextNormal();
        for (int i = 0; i < knots.Length; i++)
        {
            var knot = stroke[i];
            knots[i] = new(knot.X + driftX + shakeX * random.NextNormal(), knot.Y + driftY + shakeY * random.NextNormal(), knot.IsCorner);
        }

        int steps = (knots.Length - 1) * StepsPerKnot;
        float start = 0.07f * carelessness * random.NextUnit(), end = 1 - 0.07f * carelessness * random.NextUnit();
        float startPressure = 1 + 0.15f * random.NextNormal(), endPressure = 1 + 0.15f * random.NextNormal();

        for (int step = 0; step <= steps; step++)
        {
            float done = start + (end - start) * step / steps;
            int i = Math.Min((int)(done * (knots.Length - 1)), knots.Length - 2);
            float t = done * (knots.Length - 1) - i;
            var (from, to) = (knots[i], knots[i + 1]);

            // A cubic Hermite curve with the tangents of a Catmull-Rom spline, which are one-sided at ends and corners.
            bool bendsBefore = i > 0 && !from.IsCorner, bendsAfter = i + 2 < knots.Length && !to.IsCorner;
            float fromX = bendsBefore ? (to.X - knots[i - 1].X) / 2 : to.X - from.X;
            float fromY = bendsBefore ? (to.Y - knots[i - 1].Y) / 2 : to.Y - from.Y;
            float toX = bendsAfter ? (knots[i + 2].X - from.X) / 2 : to.X - from.X;
            float toY = bendsAfter ? (knots[i + 2].Y - from.Y) / 2 : to.Y - from.Y;

            float t2 = t * t, t3 = t2 * t;
            float a = 2 * t3 - 3 * t2 + 1, b = t3 - 2 * t2 + t, c = 3 * t2 - 2 * t3, d = t3 - t2;
            float pressure = startPressure + (endPressure - startPressure) * done;
            _path.Add(new(
                a * from.X + b * fromX + c * to.X + d * toX,
                a * from.Y + b * fromY + c * to.Y + d * toY,
                Math.Clamp(pressure, 0.6f, 1.4f),
                StartsStroke: step == 0));
        }
    }

    /// <summary>Bends the whole digit smoothly, and then slants, rotates, and narrows it.</summary>
    private void Warp(float carelessness, ref SplitMix64 random)
    {
        float bow = Bend(ref random), wave = Bend(ref random), sag = Bend(ref random), swell = Bend(ref random);
        float narrowness = Math.Clamp(0.66f + 0.12f * random.NextNormal(), 0.42f, 0.95f);
        float slant = -0.12f + 0.24f * random.NextNormal();
        float turn = 0.13f * random.NextNormal();

        for (int i = 0; i < _path.Count; i++)
        {
            var point = _path[i];
            float x = point.X / 50 - 1, y = point.Y / 50 - 1;
            float bentX = x + bow * y * y + wave * y * (1 - y * y);
            float bentY = y + sag * x * x + swell * (1 - y * y);
            float leanX = narrowness * bentX + slant * bentY;
            _path[i] = point with { X = leanX - turn * bentY, Y = bentY + turn * leanX };
        }

        // With a stronger bend, a nine would not look like a nine.
        float Bend(ref SplitMix64 random) => Math.Clamp(0.11f * carelessness * random.NextNormal(), -0.25f, 0.25f);
    }

    /// <summary>Scales the path to the given height, and places it near the center, within the margin.</summary>
    private void Place(float height, ref SplitMix64 random)
    {
        float left = float.MaxValue, right = float.MinValue, top = float.MaxValue, bottom = float.MinValue;
        foreach (var point in _path)
        {
            left = MathF.Min(left, point.X);
            right = MathF.Max(right, point.X);
            top = MathF.Min(top, point.Y);
            bottom = MathF.Max(bottom, point.Y);
        }

        const float Widest = 17.5f;
        float scale = MathF.Min(height / (bottom - top), Widest / (right - left));
        float middle = (Side - 1) / 2f;
        float x = middle + Shift(scale * (right - left), ref random) - scale * (left + right) / 2;
        float y = middle + Shift(scale * (bottom - top), ref random) - scale * (top + bottom) / 2;
        for (int i = 0; i < _path.Count; i++)
            _path[i] = _path[i] with { X = x + scale * _path[i].X, Y = y + scale * _path[i].Y };

        static float Shift(float extent, ref SplitMix64 random)
        {
            float room = MathF.Max(0, (Side - 1 - extent) / 2 - Margin);
            return Math.Clamp(1.4f * random.NextNormal(), -room, room);
        }
    }

    /// <summary>Converts coverage to gray values, with ink of varying strength. Pixels without a stroke stay black.</summary>
    private void Ink(ref SplitMix64 random, Span<byte> pixels)
    {
        float strength = random.NextBetween(205, 262);
        var coverage = _rasterizer.Coverage;
        for (int i = 0; i < pixels.Length; i++)
        {
            float covered = coverage[i];
            pixels[i] = covered > 0 ? (byte)Math.Clamp(covered * (strength + 14 * random.NextNormal()) + 0.5f, 0, 255) : (byte)0;
        }
    }
}
