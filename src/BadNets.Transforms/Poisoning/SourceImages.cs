using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// Reads images from another component's getter and returns its images to it. In ML.NET, a getter owns the image that is passed to it. A component
/// that creates images disposes of it; a component that passes on the user's own images leaves it alone. Therefore, only the source gets its
/// images back, and only images that were created here are disposed of here.
/// </summary>
sealed class SourceImages(ValueGetter<MLImage?> source)
{
    private readonly ConditionalWeakTable<MLImage, object> _made = [];
    private readonly Stack<MLImage> _returned = [];
    private bool _isDisposing;

    /// <summary>Takes an image that the caller passed to the getter: disposes of an image that was created here, and keeps any other image for the source.</summary>
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

    /// <summary>Reads the current row's image, and returns an image to the source.</summary>
    public MLImage? Read()
    {
        _returned.TryPop(out var last);
        var image = last;
        source(ref image);
        _isDisposing |= last is not null && !_isDisposing && IsDisposed(last);
        return image;
    }

    /// <summary>Passes on an image that was created from the source's image, which is kept to be returned.</summary>
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
