using System.Globalization;

namespace BadNets.Samples.Tests;

/// <summary>What a terminal shows of a text with the control codes that the program's display uses.</summary>
sealed class TerminalScreen(int width, int height)
{
    private readonly List<char[]> _rows = [.. Enumerable.Range(0, height).Select(_ => Blank(width))];
    private int _row;
    private int _column;

    /// <summary>How many lines have left the screen at its top.</summary>
    public int Scrolled { get; private set; }

    /// <summary>How many lines were too long for the screen.</summary>
    public int Wrapped { get; private set; }

    public string[] Lines => [.. _rows.Select(row => new string(row).TrimEnd())];

    public void Feed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\e' && text[i + 1] == '[')
            {
                int end = i + 2;
                while (!char.IsAsciiLetter(text[end]))
                    end++;
                Obey(text[end], text[(i + 2)..end]);
                i = end;
            }
            else if (text[i] == '\r')
            {
                _column = 0;
            }
            else if (text[i] == '\n')
            {
                _column = 0;
                NextRow();
            }
            else
            {
                if (_column == width)
                {
                    Wrapped++;
                    _column = 0;
                    NextRow();
                }

                _rows[_row][_column++] = text[i];
            }
        }
    }

    private void Obey(char code, string argument)
    {
        int count = int.TryParse(argument, CultureInfo.InvariantCulture, out int number) ? number : 1;
        switch (code)
        {
            case 'A':
                _row = Math.Max(0, _row - count);
                break;
            case 'B':
                _row = Math.Min(height - 1, _row + count);
                break;
            case 'K':
                Array.Fill(_rows[_row], ' ', argument == "2" ? 0 : _column, argument == "2" ? width : width - _column);
                break;
            case 'm' or 'h' or 'l':
                break;
            default:
                throw new NotSupportedException($"The display uses the code '{code}'.");
        }
    }

    private void NextRow()
    {
        if (++_row < height)
            return;
        _row = height - 1;
        _rows.RemoveAt(0);
        _rows.Add(Blank(width));
        Scrolled++;
    }

    private static char[] Blank(int width)
    {
        var row = new char[width];
        Array.Fill(row, ' ');
        return row;
    }
}
