using BadNets.Samples.Commands;

namespace BadNets.Samples.Tests.Commands;

[TestClass]
public sealed class ResumeCommandTests
{
    [TestMethod]
    public void What_a_shell_would_change_is_quoted()
    {
        string command = ResumeCommand.For(["baseline", "--fresh", "--output", "my $HOME's", "--data", ""]);

        StringAssert.EndsWith(command, OperatingSystem.IsWindows() ? " baseline --output \"my $HOME's\" --data \"\"" : @" baseline --output 'my $HOME'\''s' --data ''");
    }

    [TestMethod]
    [DataRow("--fresh")]
    [DataRow("--fresh=true")]
    [DataRow("--fresh:true")]
    [DataRow("--fresh=True")]
    public void What_would_begin_again_is_left_out(string fresh)
    {
        string command = ResumeCommand.For(["baseline", fresh, "--epochs", "2"]);

        StringAssert.EndsWith(command, " baseline --epochs 2");
    }

    [TestMethod]
    public void The_value_of_a_separate_word_is_left_out_too()
    {
        StringAssert.EndsWith(ResumeCommand.For(["baseline", "--fresh", "true", "--epochs", "2"]), " baseline --epochs 2");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Control_characters_are_written_as_a_shell_reads_them()
    {
        string command = ResumeCommand.For(["report", "--output", "a\u001bb\\c'd"]);

        StringAssert.EndsWith(command, @" report --output $'a\u001bb\\c\'d'");
    }

    [TestMethod]
    public void A_program_that_dotnet_runs_is_named_with_its_file()
    {
        string[] words = ResumeCommand.For(["baseline"]).Split(' ');

        // The tests are run by dotnet or by a host of their own, as one likes.
        Assert.IsTrue(words is ["dotnet", var program, "baseline"] && File.Exists(program) || words is [var host, "baseline"] && File.Exists(host), string.Join(' ', words));
        Assert.AreNotEqual("dotnet", Path.GetFileNameWithoutExtension(words[^2]));
    }
}
