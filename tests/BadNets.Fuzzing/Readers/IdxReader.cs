namespace BadNets.Fuzzing;

/// <summary>Uncompressed IDX files.</summary>
sealed class IdxReader(Folder folder) : FuzzReader
{
    private readonly IdxFiles _files = new(folder);

    public override FuzzFile Make(Random random)
    {
        byte[] images = IdxFiles.Images[random.Next(IdxFiles.Images.Length)], labels = IdxFiles.Labels[0];
        if (random.Next(3) > 0)
            images = Mutation.Change(random, images, random.Next(2) == 0 ? labels : IdxFiles.Images[random.Next(IdxFiles.Images.Length)]);
        else
            labels = Mutation.Change(random, labels, images);
        return new FuzzFile([.. images, .. labels], () => _files.Check(images, labels, file => file));
    }
}
