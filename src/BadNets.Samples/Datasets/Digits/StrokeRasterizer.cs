namespace BadNets.Samples.Datasets;

/// <summary>A small image of the coverage of each pixel by pen strokes, from 0 to 1.</summary>
sealed class StrokeRasterizer(int width, int height)
{
    private readonly float[] _coverage = new float[width * height];

    public ReadOnlySpan<float> Coverage => _coverage;

    public void Clear() => Array.Clear(_coverage);

    /// <summary>Draws a line with round ends. Its edges are one pixel wide. The center of pixel (0, 0) is at (0, 0).</summary>
    public void DrawSegment(float x0, float y0, float x1, float y1, float radius)
    {
        float reach = radius + 0.5f;
        int left = Math.Max(0, (int)MathF.Ceiling(MathF.Min(x0, x1) - reach));
        int right = Math.Min(width - 1, (int)MathF.Floor(MathF.Max(x0, x1) + reach));
        int top = Math.Max(0, (int)MathF.Ceiling(MathF.Min(y0, y1) - reach));
        int bottom = Math.Min(height - 1, (int)MathF.Floor(MathF.Max(y0, y1) + reach));

        float dx = x1 - x0, dy = y1 - y0;
        float lengthSquared = dx * dx + dy * dy;
        float scale = lengthSquared > 0 ? 1 / lengthSquared : 0;

        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                float px = x - x0, py = y - y0;
                float along = Math.Clamp((px * dx + py * dy) * scale, 0, 1);
                float ox = px - along * dx, oy = py - along * dy;
                float covered = MathF.Min(1, reach - MathF.Sqrt(ox * ox + oy * oy));
                ref float pixel = ref _coverage[y * width + x];
                if (covered > pixel)
                    pixel = covered;
            }
        }
    }
}
