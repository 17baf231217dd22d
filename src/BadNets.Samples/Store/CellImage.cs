namespace BadNets.Samples.Store;

/// <summary>A test image as a model sees it. Images are WebP or PNG files.</summary>
/// <param name="Label">Its true label.</param>
/// <param name="Clean">The image.</param>
/// <param name="CleanAnswer">The model's answer to it.</param>
/// <param name="Triggered">The image with the trigger.</param>
/// <param name="Aim">The label that the attack aims at; the true label if the attack does not change it.</param>
/// <param name="TriggeredAnswer">The model's answer to the image with the trigger.</param>
sealed record CellImage(string Label, byte[] Clean, string CleanAnswer, byte[] Triggered, string Aim, string TriggeredAnswer)
{
    /// <summary>Whether the attack succeeds on it; null if the attack does not change its label.</summary>
    public bool? IsSuccess() => Aim == Label ? null : TriggeredAnswer == Aim;
}
