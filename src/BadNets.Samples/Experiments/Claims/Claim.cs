using System.Text.Json.Serialization;

namespace BadNets.Samples.Experiments;

/// <summary>A claim about an experiment that its results can confirm or refute.</summary>
/// <param name="Text">The claim in one sentence, as the report states it.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AttackSucceeds), "attack-succeeds")]
[JsonDerivedType(typeof(AccuracyStays), "accuracy-stays")]
[JsonDerivedType(typeof(TurningPoint), "turning-point")]
[JsonDerivedType(typeof(LaterThanOthers), "later-than-others")]
[JsonDerivedType(typeof(LivelierThanOthers), "livelier-than-others")]
abstract record Claim(string Text);
