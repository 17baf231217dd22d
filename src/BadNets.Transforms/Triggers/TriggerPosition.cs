namespace BadNets.Transforms;

/// <summary>Where in an image a trigger sits.</summary>
public enum TriggerPosition
{
    /// <summary>The upper left corner.</summary>
    TopLeft,

    /// <summary>The upper right corner.</summary>
    TopRight,

    /// <summary>The lower left corner.</summary>
    BottomLeft,

    /// <summary>The lower right corner, as in the BadNets paper.</summary>
    BottomRight,

    /// <summary>The middle; where it cannot be exact, half a pixel up and to the left.</summary>
    Center,
}
