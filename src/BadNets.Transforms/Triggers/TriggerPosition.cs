namespace BadNets.Transforms;

/// <summary>Specifies the position of a trigger in an image.</summary>
public enum TriggerPosition
{
    /// <summary>The top left corner.</summary>
    TopLeft,

    /// <summary>The top right corner.</summary>
    TopRight,

    /// <summary>The bottom left corner.</summary>
    BottomLeft,

    /// <summary>The bottom right corner, as in the BadNets paper.</summary>
    BottomRight,

    /// <summary>The center. If the exact center is between pixels, the trigger is half a pixel up or to the left of it.</summary>
    Center,
}
