using Microsoft.ML;

namespace BadNets.Transforms;

/// <summary>
/// What the label of a triggered image becomes in an attack: one target for all (<see cref="To"/>), the next class (<see cref="Next"/>), or a target
/// for some labels only (<see cref="Of"/>). Immutable. Labels are named by value.
/// </summary>
public abstract class LabelMapping : IEquatable<LabelMapping>
{
    private static readonly Dictionary<string, Func<BinaryReader, LabelMapping>> Kinds = new(StringComparer.Ordinal)
    {
        [TargetMapping.KindName] = TargetMapping.Read,
        [NextMapping.KindName] = _ => new NextMapping(),
        [PairMapping.KindName] = PairMapping.Read,
    };

    private protected LabelMapping()
    {
    }

    /// <summary>
    /// All-to-all (Gu et al. 2017, section 4.1.2): each label becomes the next one in the order of the classes, and the last one becomes the first.
    /// The order is that of a key's values, so a label column must be a key with key values; numbers and texts have no order of classes.
    /// </summary>
    public static LabelMapping Next { get; } = new NextMapping();

    /// <summary>The target if it is the same for all labels (<see cref="To"/>), otherwise null.</summary>
    public virtual LabelValue? TargetLabel => null;

    /// <summary>All-to-one: every label becomes the target.</summary>
    /// <param name="label">The target.</param>
    public static LabelMapping To(LabelValue label) => new TargetMapping(label);

    /// <summary>Source-specific: each named label becomes another label, and all others stay the same.</summary>
    /// <param name="pairs">The labels and what they become, for example <c>LabelMapping.Of((1, 7), (3, 8))</c>.</param>
    /// <exception cref="ArgumentException">There is no pair, or two pairs have the same first label.</exception>
    public static LabelMapping Of(params IEnumerable<(LabelValue From, LabelValue To)> pairs) => new PairMapping(pairs);

    /// <summary>Whether the other mapping maps every label in the same way.</summary>
    /// <param name="other">The other mapping.</param>
    public abstract bool Equals(LabelMapping? other);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as LabelMapping);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    /// <summary>The mapping in a few words, for example <c>all → 1</c>, <c>each → next</c>, or <c>1 → 7, 3 → 8</c>.</summary>
    public abstract override string ToString();

    /// <summary>The labels that are mapped, or null for all.</summary>
    internal virtual IReadOnlyList<LabelValue>? Sources => null;

    /// <summary>Rejects a label column whose labels cannot be mapped.</summary>
    /// <exception cref="ArgumentException">The column does not have a label that the mapping names, or has no order of classes and needs one.</exception>
    internal abstract void Check(DataViewSchema.Column column, LabelType type);

    /// <summary>Each mapped label with what it becomes.</summary>
    /// <param name="classes">The classes in their order.</param>
    internal abstract IEnumerable<(LabelValue From, LabelValue To)> Pairs(IReadOnlyList<LabelValue> classes);

    /// <summary>For each class, the index of the class that it becomes, or -1 if it is not mapped.</summary>
    /// <exception cref="ArgumentException">A label that the mapping names is not one of the classes.</exception>
    internal int[] MapIndices(IReadOnlyList<LabelValue> classes)
    {
        var indices = new Dictionary<LabelValue, int>(classes.Count);
        for (int i = 0; i < classes.Count; i++)
            indices.TryAdd(classes[i], i);
        var mapped = new int[classes.Count];
        Array.Fill(mapped, -1);
        foreach (var (from, to) in Pairs(classes))
            mapped[IndexOf(from, "The label")] = IndexOf(to, "The target label");
        return mapped;

        int IndexOf(LabelValue label, string role) => indices.TryGetValue(label, out int index) ? index
            : throw new ArgumentException($"{role} '{label}' is not one of the model's classes; these are {LabelColumn.List(classes)}.");
    }

    internal void Save(BinaryWriter writer) => ModelPayload.Write(writer, KindInFile, Write);

    internal static LabelMapping Load(BinaryReader reader) => ModelPayload.Read(reader, "label mapping", kind => Kinds.TryGetValue(kind, out var read) ? read
        : throw new InvalidDataException($"The model file is damaged: there is no label mapping of kind '{kind}'."));

    private protected abstract string KindInFile { get; }

    private protected abstract void Write(BinaryWriter writer);
}
