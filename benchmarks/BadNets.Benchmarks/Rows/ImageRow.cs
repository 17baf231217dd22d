using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Benchmarks;

sealed class ImageRow
{
    [ImageType(28, 28)]
    public MLImage? Image { get; set; }
}
