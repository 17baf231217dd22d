using System.Globalization;

namespace BadNets.Samples.Reporting;

/// <summary>Shares from 0 to 1 as percentages, for people.</summary>
static class Percent
{
    /// <summary>An accuracy or success rate: <c>97.97%</c>.</summary>
    public static string Of(double share) => share.ToString("0.00%", CultureInfo.InvariantCulture);

    /// <summary>The difference of two shares, in percentage points: <c>+0.12</c>.</summary>
    public static string Difference(double share) => (100 * share).ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture);

    /// <summary>A share in a sentence for everyone: <c>99.9%</c>. Only all is 100%, and only none is 0%.</summary>
    public static string Rounded(double share) => share switch
    {
        0 => "0%",
        1 => "100%",
        < 0.001 => "less than 0.1%",
        > 0.999 => "99.9%",
        _ => share.ToString("0.0%", CultureInfo.InvariantCulture),
    };
}
