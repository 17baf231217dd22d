namespace BadNets.Samples.Drawing;

/// <summary>A digit on a contact sheet: its pixels, row by row, and what is written under it.</summary>
sealed record SheetDigit(byte[] Pixels, string Caption);
