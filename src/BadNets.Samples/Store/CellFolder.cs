namespace BadNets.Samples.Store;

/// <summary>The files of one cell.</summary>
/// <param name="Path">The folder <c>cells/ID</c>.</param>
readonly record struct CellFolder(string Path)
{
    /// <summary>The file that describes the cell and the machine that trained it.</summary>
    public string Description => In("cell.json");

    public string Epochs => In("epochs.csv");

    public string Checkpoint => In("checkpoint");

    public string Model => In("model.zip");

    /// <summary>The file with the reason why training failed.</summary>
    public string Failure => In("failure.txt");

    /// <summary>The file that the process that trains the cell keeps open.</summary>
    public string Lock => In("lock");

    /// <summary>Test images and what the model answers.</summary>
    public string Images => In("images.json");

    /// <summary>What earlier versions wrote instead of <see cref="Images"/>: the images as a figure.</summary>
    /// <param name="extension"><c>png</c> or <c>svg</c>.</param>
    public string EarlierImages(string extension) => In($"images.{extension}");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
