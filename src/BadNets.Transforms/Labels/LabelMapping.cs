using Microsoft.ML;

namespace BadNets.Transforms;

/// <summary>
/// Specifies what the labels of triggered images become in an attack: one target label (<see cref="To"/>), the next class (<see cref="Next"/>), or a
/// target for each of some labels (<see cref="Of"/>). Instances are immutable. Labels are named by value.
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
    /// The all-to-all mapping (Gu et al. 2017, section 4.1.2), in which each label becomes the next one in the order of the classes, and the last one
    /// becomes the first. The order is that of the key values, so the label column must be a key with key values. Numbers and text have no order of
    /// classes.
    /// </summary>
    public static LabelMapping Next { get; } = new NextMapping();

    /// <summary>The target label if all labels have the same one (<see cref="To"/>), or <see langword="null"/>.</summary>
    public virtual LabelValue? TargetLabel => null;

    /// <summary>Creates an all-to-one mapping, in which every label becomes the target label.</summary>
    /// <param name="label">The target label.</param>
    /// <returns>The mapping.</returns>
    public static LabelMapping To(LabelValue label) => new TargetMapping(label);

    /// <summary>Creates a source-specific mapping, in which only some labels become another label.</summary>
    /// <param name="pairs">
    /// The labels to map and their targets, for example <c>LabelMapping.Of((1, 7), (3, 8))</c>. All other labels stay the same.
    /// </param>
    /// <returns>The mapping.</returns>
    /// <exception cref="ArgumentException">There are no pairs, or two pairs have the same first label.</exception>
    public static LabelMapping Of(params IEnumerable<(LabelValue From, LabelValue To)> pairs) => new PairMapping(pairs);

    /// <summary>Determines whether another mapping maps every label in the same way.</summary>
    /// <param name="other">The other mapping.</param>
    /// <returns><see langword="true"/> if the mappings are equal; otherwise, <see langword="false"/>.</returns>
    public abstract bool Equals(LabelMapping? other);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as LabelMapping);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    /// <summary>Returns a short description, for example <c>all → 1</c>, <c>each → next</c>, or <c>1 → 7, 3 → 8</c>.</summary>
    /// <returns>The description.</returns>
    public abstract override string ToString();

    /// <summary>The labels that are mapped, or null for all.</summary>
    internal virtual IReadOnlyList<LabelValue>? Sources => null;

    /// <summary>Rejects a label column to which the mapping cannot be applied.</summary>
    /// <exception cref="ArgumentException">
    /// The column does not have a label that the mapping names, or has no order of classes although the mapping needs one.
    /// </exception>
    internal abstract void Check(DataViewSchema.Column column, LabelType type);

    /// <summary>Returns each mapped label with its target.</summary>
    /// <param name="classes">The classes in their order.</param>
    internal abstract IEnumerable<(LabelValue From, LabelValue To)> Pairs(IReadOnlyList<LabelValue> classes);

    /// <summary>Returns, for each class, the index of the class that it is mapped to, or -1 if it is not mapped.</summary>
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
            : throw new ArgumentException($"{role} '{label}' is not one of the model's classes: {LabelColumn.List(classes)}.");
    }

    internal void Save(BinaryWriter writer) => ModelPayload.Write(writer, KindInFile, Write);

    internal static LabelMapping Load(BinaryReader reader) => ModelPayload.Read(reader, "label mapping", kind => Kinds.TryGetValue(kind, out var read) ? read
        : throw new InvalidDataException($"The model file is damaged: its label mapping has the unknown kind '{kind}'."));

    private protected abstract string KindInFile { get; }

    private protected abstract void Write(BinaryWriter writer);
}
