using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// Reads images from the getter of another component, and returns them to that component. In ML.NET, a getter owns the image that is passed to it. A
/// component that creates images disposes of that image. A component that passes on the user's own images does not. Therefore, images are returned
/// only to their source, and only images that were created here are disposed of here.
/// </summary>
sealed class SourceImages(ValueGetter<MLImage?> source)
{
    private readonly ConditionalWeakTable<MLImage, object> _made = [];
    private readonly Stack<MLImage> _returned = [];
    private bool _isDisposing;

    /// <summary>
    /// Takes an image that the caller passed to the getter. Disposes of it if it was created here, and otherwise keeps it for the source.
    /// </summary>
    public void TakeBack(ref MLImage? image)
    {
        if (image is null)
            return;
        if (_made.Remove(image))
            image.Dispose();
        else
            _returned.Push(image);
        image = null;
    }

    /// <summary>Reads the image of the current row, and returns an earlier image to the source.</summary>
    public MLImage? Read()
    {
        _returned.TryPop(out var last);
        var image = last;
        source(ref image);
        _isDisposing |= last is not null && !_isDisposing && IsDisposed(last);
        return image;
    }

    /// <summary>Passes on an image that was created from an image of the source. The latter is kept to be returned.</summary>
    public MLImage GiveOut(MLImage made, MLImage original)
    {
        _made.Add(made, this);
        _returned.Push(original);
        return made;
    }

    /// <summary>Disposes of the images that were not returned, if the source is a component that disposes of images.</summary>
    public void Dispose()
    {
        while (_returned.TryPop(out var image))
        {
            if (_isDisposing)
                image.Dispose();
        }
    }

    private static bool IsDisposed(MLImage image)
    {
        try
        {
            _ = image.PixelFormat;
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}
