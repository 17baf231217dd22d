using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests.Commands;

[TestClass]
public sealed class BadInputTests
{
    [TestMethod]
    [DataRow("baseline --no-control --poisoning-rate 1.5", "between 0 and 1")]
    [DataRow("baseline --no-control --poisoning-rate -0.1", "between 0 and 1")]
    [DataRow("baseline --no-control --poisoning-rate NaN", "between 0 and 1")]
    [DataRow("baseline --no-control --poisoning-rate Infinity", "between 0 and 1")]
    [DataRow("baseline --no-control --poisoning-rate 0,1", "between 0 and 1")]
    [DataRow("poisoning-rate --rates NaN", "between 0 and 1")]
    [DataRow("baseline --no-control --poisoning-rate much", "must be a number")]
    [DataRow("baseline --no-control --poisoning-rate 0.001", "none of the 256 rows")]
    [DataRow("baseline --no-control --trigger-size 29", "does not fit into an image of 28×28")]
    [DataRow("baseline --no-control --trigger-size 0", "at least 1")]
    [DataRow("baseline --no-control --trigger-size -5", "at least 1")]
    [DataRow("baseline --no-control --trigger-size 2.5", "whole number of pixels")]
    [DataRow("baseline --no-control --trigger-position middle", "Unknown trigger position 'middle'. Expected 'bottom-right', 'bottom-left', 'top-right', 'top-left', or 'center'.")]
    [DataRow("baseline --no-control --target 12", "Its labels are 0, 1, 2")]
    [DataRow("baseline --no-control --epochs 0", "at least 1")]
    [DataRow("baseline --no-control --epochs many", "at least 1")]
    [DataRow("baseline --no-control --batch-size 0", "at least 1")]
    [DataRow("baseline --no-control --threads 0", "at least 1")]
    [DataRow("baseline --no-control --parallel 0", "at least 1")]
    [DataRow("baseline --no-control --learning-rate 0", "above 0")]
    [DataRow("baseline --no-control --learning-rate NaN", "above 0")]
    [DataRow("baseline --no-control --learning-rate Infinity", "above 0")]
    [DataRow("baseline --no-control --learning-rate 0,01", "above 0")]
    [DataRow("baseline --no-control --learning-rate 1e308", "above 0")]
    [DataRow("baseline --no-control --learning-rate 1e-320", "above 0")]
    [DataRow("baseline --no-control --epochs= --fresh", "--epochs needs a value")]
    [DataRow("baseline --no-control --threads 100000", "one for each core")]
    [DataRow("baseline --no-control --threads 2147483647", "one for each core")]
    [DataRow("baseline --no-control --threads 99999999999", "at least 1")]
    [DataRow("baseline --no-control --parallel 100000", "one for each core")]
    [DataRow("baseline --no-control --optimizer lion", "Unknown optimizer 'lion'. Expected 'sgd' or 'adam'.")]
    [DataRow("baseline --no-control --recipe mine", "Unknown recipe 'mine'. Expected 'reference', 'modern', or 'adam'.")]
    [DataRow("baseline --no-control --dataset cifar", "Unknown data set 'cifar'. Did you mean 'cifar10'?")]
    [DataRow("baseline --no-control --quick --recipe reference", "--quick means the recipe 'adam'")]
    [DataRow("baseline --no-control --seed 1 --seeds 2,3", "either --seed or --seeds")]
    [DataRow("baseline --no-control --seeds one", "whole numbers, not 'one'")]
    [DataRow("poisoning-rate --rates 0.1 2", "between 0 and 1")]
    [DataRow("poisoning-rate --rates ,", "--rates needs a value")]
    [DataRow("trigger-size --sizes 5 x", "whole number of pixels")]
    [DataRow("baseline --no-control --seeds ,", "--seeds needs a value")]
    [DataRow("trigger-size --sizes 1 40", "does not fit")]
    [DataRow("trigger-size --trigger-size 3", "'--trigger-size'")]
    [DataRow("trigger-position --positions br,top", "Unknown trigger position 'top'")]
    [DataRow("sweep", "'sweep'")]
    [DataRow("baseline --no-control --set attack.trigger.size", "--set takes the path")]
    [DataRow("baseline --no-control --set =3", "--set takes the path")]
    [DataRow("baseline --no-control --set attack.trigger.colour=3", "Unknown property 'attack.trigger.colour'")]
    [DataRow("baseline --no-control --set attack.rate.x=3", "'rate' has no properties")]
    [DataRow("baseline --no-control --set attack.trigger={", "not valid JSON")]
    [DataRow("baseline --no-control --set attack.mapping={\"kind\":\"next\",\"kind\":\"to\"}", "not valid JSON")]
    [DataRow("baseline --no-control --set recipe.momentum=much", "The momentum cannot be 'much'")]
    [DataRow("baseline --no-control --set recipe=mine", "Unknown recipe 'mine'")]
    [DataRow("baseline --no-control --set seed=3", "--seed")]
    [DataRow("baseline --no-control --set dataset.name=x", "--dataset")]
    [DataRow("baseline --no-control --set recipe.network=vgg", "Unknown network 'vgg'")]
    [DataRow("baseline --no-control --set attack.mapping.kind=nxt", "Unknown kind 'nxt' of 'attack.mapping'. Did you mean 'next'?")]
    [DataRow("baseline --no-control --set attack.mapping.kind=next --target 3", "Unknown property 'attack.mapping.target'. 'attack.mapping' of kind 'next' has no properties.")]
    [DataRow("baseline --no-control --set attack.trigger=blend", "'attack.trigger' must be an object with a kind (square, pixel, ")]
    [DataRow("baseline --no-control --set attack.trigger.kind=blend --trigger-size 3", "Unknown property 'attack.trigger.size'. 'attack.trigger' of kind 'blend' has the properties alpha, picture, seed.")]
    [DataRow("poisoning-rate --set attack.rate=0.1", "varies the poisoning rate")]
    [DataRow("baseline --no-control --shard 0/2", "'0/2'")]
    [DataRow("baseline --no-control --shard 3/2", "'3/2'")]
    [DataRow("run nowhere.json", "There is no experiment file 'nowhere.json'")]
    [DataRow("run .", "'.' is a folder")]
    [DataRow("baseline --epochs 2 extra", "'baseline' does not take 'extra'")]
    [DataRow("baseline --no-control --trigger squar", "Unknown kind of trigger 'squar'. Did you mean 'square'?")]
    [DataRow("baseline --no-control --trigger picture", "'attack.trigger.picture' is missing")]
    [DataRow("baseline --no-control --trigger-size 29", "does not fit into an image of 28×28 pixels")]
    [DataRow("baseline --no-control --target 77", "The label '77' is not in column 'Label'")]
    [DataRow("baseline --no-control --rows 8 --set attack.mapping={\"kind\":\"pairs\",\"pairs\":{\"9\":\"7\"}}", "None of the 8 rows can be chosen")]
    [DataRow("baseline --no-control --set attack.mapping.kind=next --set attack.selection=target", "Only an attack with one target can poison only the rows of the target.")]
    [DataRow("baseline --no-control --trigger {\"kind\":\"sinusoid\",\"frequency\":0}", "frequency must be a whole number of at least 1")]
    [DataRow("attacks-mnist --attacks BadNet", "Unknown attack 'BadNet'. Did you mean 'BadNets'?")]
    [DataRow("trigger nowhere", "Unknown experiment or file 'nowhere'.")]
    [DataRow("trigger all", "The experiment 'all' consists of others.")]
    [DataRow("trigger --label 12", "Unknown label '12'.")]
    [DataRow("basline", "Unknown command 'basline'. Did you mean 'baseline'?")]
    [DataRow("baseline --epoch 3", "Unknown option '--epoch' of 'baseline'. Did you mean '--epochs'?")]
    [DataRow("poisoning-rate --rates 0.1 --epoch 3", "Did you mean '--epochs'?")]
    [DataRow("baseline --freshh", "Did you mean '--fresh'?")]
    [DataRow("baseline --recipe moden", "Unknown recipe 'moden'. Did you mean 'modern'?")]
    [DataRow("baseline --optimizer adm", "Unknown optimizer 'adm'. Did you mean 'adam'?")]
    [DataRow("trigger-position --positions botom-left", "Unknown trigger position 'botom-left'. Did you mean 'bottom-left'?")]
    public async Task A_mistake_gets_one_sentence_and_exit_code_2(string command, string expected)
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync(command);

        Assert.AreEqual(2, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Error, expected);
        Assert.DoesNotContain("   at ", outcome.Error);
        Assert.DoesNotContain("Parameter", outcome.Error);
        Assert.IsEmpty(Directory.Exists(runs.Output) ? runs.CsvNames() : []);
    }

    [TestMethod]
    public async Task A_value_that_is_none_is_told_of_before_anything_is_made()
    {
        using var runs = new SampleRuns();

        await runs.RunAsync("trigger-size --sizes 5 x");

        Assert.IsFalse(Directory.Exists(runs.Output));
    }

    [TestMethod]
    public async Task More_threads_than_cores_are_refused_however_they_come_about()
    {
        using var runs = new SampleRuns();
        int cores = Environment.ProcessorCount;

        var threads = await runs.RunAsync($"baseline --no-control --threads {cores + 1}");
        var both = await runs.RunAsync($"baseline --no-control --threads {cores} --parallel {cores}");

        Assert.AreEqual(2, threads.ExitCode);
        StringAssert.Contains(threads.Error, $"--threads takes at most {cores} here, one for each core, not '{cores + 1}'.");
        // On a single core one thread and one training are what it can carry.
        Assert.AreEqual(cores == 1 ? 0 : 2, both.ExitCode, both.Error);
        if (cores > 1)
            StringAssert.Contains(both.Error, $"needs {cores * cores} cores, but there are {cores}");
    }

    [TestMethod]
    [DataRow("baseline", "--output", "")]
    [DataRow("baseline", "--output", " ")]
    [DataRow("baseline", "--data", "")]
    [DataRow("report", "--output", "")]
    [DataRow("evaluate", "--model", "")]
    [DataRow("evaluate", "--output", "\t")]
    public async Task An_empty_name_is_refused_before_anything_is_made(string command, string option, string name)
    {
        using var runs = new SampleRuns();
        using var current = new TemporaryFolder();
        string[] others = new[] { "--data", runs.Data, "--output", runs.Output, "--model", "m.zip" }.Chunk(2)
            .Where(other => other[0] != option && (command == "baseline" ? other[0] != "--model" : command == "evaluate" || other[0] == "--output"))
            .SelectMany(other => other).ToArray();
        await using var process = new SampleProcess([command, .. others, option, name], current.Path);

        var outcome = await process.WaitForEndAsync();

        Assert.AreEqual(2, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Error, $"{option} needs the name of a ");
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(current.Path).ToArray());
        Assert.IsFalse(Directory.Exists(runs.Output));
    }

    [TestMethod]
    [DataRow("baseline", "--nonsense\u001b[31m")]
    [DataRow("base\u001b]0;title\u0007line")]
    [DataRow("baseline", "--dataset", "\u001b[2J")]
    [DataRow("baseline", "--epochs", "\u009b2J")]
    [DataRow("baseline", "--seeds", "\u001b[2J")]
    [DataRow("baseline", "--data", "/nowhere\u001b[31m\u202e")]
    [DataRow("trigger-position", "--positions", "\u001b[2J\rall is well\nnothing happened")]
    [DataRow("evaluate", "--model", "\u001b[31m.zip")]
    [DataRow("report", "--output", "no\u001bwhere")]
    public async Task Control_characters_are_shown_and_not_obeyed(params string[] arguments)
    {
        using var runs = new SampleRuns();

        var outcome = await SampleRuns.RunAsync(arguments.Contains("--data") ? [.. arguments, "--output", runs.Output] : arguments, new StringWriter(), CancellationToken.None);

        Assert.AreEqual(2, outcome.ExitCode, outcome.Error);
        StringAssert.Matches(outcome.Error, new(@"\\u00[019][0-9a-f]"));
        foreach (char control in "\u001b\u0007\u009b\u202e")
            Assert.DoesNotContain(control, outcome.Error + outcome.Output);
        Assert.DoesNotContain(line => line.StartsWith("nothing happened", StringComparison.Ordinal), outcome.Error.Split('\n'));
    }

    [TestMethod]
    public async Task Control_characters_are_shown_in_results_too()
    {
        using var runs = new SampleRuns();

        var outcome = await SampleRuns.RunAsync(
            ["baseline", "--epochs", "1", "--data", runs.Data, "--output", runs.In("a\u001b[31mb")], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "a\\u001b[31mb");
        Assert.DoesNotContain('\u001b', outcome.Output);
    }

    [TestMethod]
    public async Task A_name_that_begins_with_an_at_sign_is_a_name()
    {
        var outcome = await SampleRuns.RunAsync(["report", "--output", "@nowhere"], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(2, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "There are no results in '@nowhere'");
    }

    [TestMethod]
    public async Task A_file_where_the_output_folder_should_be_gets_a_sentence()
    {
        using var runs = new SampleRuns();
        File.WriteAllText(runs.Output, "");

        var outcome = await runs.RunAsync("baseline");

        Assert.AreEqual(2, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "cannot be written");
        StringAssert.Contains(outcome.Error, "--output");
    }

    [TestMethod]
    public async Task A_folder_without_the_data_set_gets_a_sentence()
    {
        using var runs = new SampleRuns();
        using var empty = new TemporaryFolder();

        var outcome = await SampleRuns.RunAsync(["baseline", "--data", empty.Path, "--output", runs.Output], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(2, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "does not contain");
    }

    [TestMethod]
    public async Task A_truncated_data_file_is_the_worlds_fault()
    {
        using var runs = new SampleRuns();
        string images = Path.Combine(runs.Data, "train-images-idx3-ubyte");
        File.WriteAllBytes(images, File.ReadAllBytes(images)[..5000]);

        var outcome = await runs.RunAsync("baseline");

        Assert.AreEqual(1, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "truncated");
    }

    [TestMethod]
    public async Task A_name_that_ends_in_an_equals_sign_is_a_name()
    {
        var outcome = await SampleRuns.RunAsync(["report", "--output=nowhere="], new StringWriter(), CancellationToken.None);

        StringAssert.Contains(outcome.Error, "There are no results in 'nowhere='");
    }

    [TestMethod]
    public async Task A_defect_shows_its_trace_and_ends_with_exit_code_1()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick");

        var outcome = await SampleRuns.RunAsync(
            ["report", "--output", runs.Output], new WatchedWriter(_ => throw new KeyNotFoundException("A defect.")), CancellationToken.None);

        Assert.AreEqual(1, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "KeyNotFoundException: A defect.");
        StringAssert.Contains(outcome.Error, "   at ");
    }

    [TestMethod]
    public async Task Help_names_every_command()
    {
        var outcome = await SampleRuns.RunAsync(["--help"], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(0, outcome.ExitCode);
        foreach (string command in new[] { "baseline", "poisoning-rate", "trigger-size", "trigger-position", "all", "run", "list", "report", "evaluate", "convert" })
            StringAssert.Contains(outcome.Output, command);
    }
}
