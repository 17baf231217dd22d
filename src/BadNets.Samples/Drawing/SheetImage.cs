namespace BadNets.Samples.Drawing;

/// <summary>An image on a contact sheet.</summary>
/// <param name="Pixels">Its values, from 0 to 255: all of one channel, row by row, before the next channel.</param>
/// <param name="Caption">The text below it.</param>
sealed record SheetImage(byte[] Pixels, string Caption);
