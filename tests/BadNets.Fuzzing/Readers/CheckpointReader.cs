using System.Security.Cryptography;
using Microsoft.ML;

namespace BadNets.Fuzzing;

/// <summary>Checkpoints to resume from: with changes, and with changes after which the hash is repaired.</summary>
sealed class CheckpointReader : FuzzReader
{
    private readonly Folder _folder;
    private readonly MLContext _ml = new(seed: 0);
    private readonly IDataView _view;
    private readonly byte[] _checkpoint;

    public CheckpointReader(Folder folder)
    {
        TorchSharp.torch.set_num_threads(1);
        _folder = folder;
        _view = SampleImages.View(_ml);
        Train();
        _checkpoint = File.ReadAllBytes(_folder["checkpoint"]);
    }

    public override FuzzFile Make(Random random)
    {
        bool isRepaired = random.Next(3) == 0;
        byte[] changed = isRepaired ? Mutation.Change(random, _checkpoint[SHA256.HashSizeInBytes..], _checkpoint)
            : random.Next(4) == 0 ? Mutation.Truncate(random, _checkpoint)
            : Mutation.Change(random, _checkpoint, _checkpoint);
        if (isRepaired)
            changed = [.. SHA256.HashData(changed), .. changed];
        return new FuzzFile(changed, () => Check(changed, isRepaired));
    }

    private Outcome Check(byte[] changed, bool isRepaired)
    {
        _folder.Write("checkpoint", changed);
        try
        {
            Train();
        }
        catch (Exception refusal) when (refusal is InvalidDataException or InvalidOperationException)
        {
            return Outcome.Refused;
        }

        FindingException.Unless(isRepaired || changed.AsSpan().SequenceEqual(_checkpoint), "Training resumed from a changed checkpoint.");
        return Outcome.Read;
    }

    private void Train()
    {
        var options = FuzzNetwork.Options();
        options.CheckpointPath = _folder["checkpoint"];
        _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(_view).Dispose();
    }
}
