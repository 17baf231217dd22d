using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The short names that trigger positions have on the command line, in file names and in CSV files.</summary>
static class PositionCode
{
    private static readonly (string Code, TriggerPosition Position)[] Codes =
    [
        ("br", TriggerPosition.BottomRight),
        ("bl", TriggerPosition.BottomLeft),
        ("tr", TriggerPosition.TopRight),
        ("tl", TriggerPosition.TopLeft),
        ("center", TriggerPosition.Center),
    ];

    public static IEnumerable<string> All => Codes.Select(pair => pair.Code);

    public static string ToCode(this TriggerPosition position) => Codes.Single(pair => pair.Position == position).Code;

    public static TriggerPosition Parse(string code) =>
        Codes.Where(pair => pair.Code == code).Select(pair => (TriggerPosition?)pair.Position).SingleOrDefault()
        ?? throw new UsageException($"There is no trigger position '{code}'; use {string.Join(", ", All)}.");
}
