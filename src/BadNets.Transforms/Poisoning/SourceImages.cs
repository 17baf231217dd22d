using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// Reads images from another component's getter and hands its images back to it. In ML.NET an image that is passed to a getter is the getter's to
/// dispose. A component that makes images does so; one that hands out the user's own images leaves them alone. So only the source is given its
/// images, and only images that were made here are disposed here.
/// </summary>
sealed class SourceImages(ValueGetter<MLImage?> source)
{
    private readonly ConditionalWeakTable<MLImage, object> _made = [];
    private readonly Stack<MLImage> _returned = [];
    private bool _isDisposing;

    /// <summary>Takes an image that the caller passed to the getter: disposes one that was made here, and keeps any other for the source.</summary>
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

    /// <summary>Reads the current row's image, and hands one back to the source.</summary>
    public MLImage? Read()
    {
        _returned.TryPop(out var last);
        var image = last;
        source(ref image);
        _isDisposing |= last is not null && !_isDisposing && IsDisposed(last);
        return image;
    }

    /// <summary>Gives out an image that was made from the source's, which is kept to be handed back.</summary>
    public MLImage GiveOut(MLImage made, MLImage original)
    {
        _made.Add(made, this);
        _returned.Push(original);
        return made;
    }

    /// <summary>Disposes the images that were not handed back, if the source is one that disposes them.</summary>
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
