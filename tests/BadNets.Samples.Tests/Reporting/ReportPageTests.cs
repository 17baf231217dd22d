using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting;
using BadNets.Samples.Store;
using BadNets.Samples.Tests.Browser;
using Deque.AxeCore.Commons;

namespace BadNets.Samples.Tests.Reporting;

/// <summary>The report page in a browser.</summary>
[TestClass]
public sealed class ReportPageTests
{
    private const int MaxBytes = 1_000_000;

    private static Chromium? s_browser;
    private static FakeResults? s_results;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        s_browser = await Chromium.TryStartAsync();
        s_results = ReferenceResults.Make();
        ResultReport.Write(s_results.Folder);
    }

    [ClassCleanup]
    public static async Task StopAsync()
    {
        if (s_browser is not null)
            await s_browser.DisposeAsync();
        s_results?.Dispose();
    }

    [TestMethod]
    public void The_page_of_the_published_experiments_has_at_most_a_megabyte() =>
        Assert.IsLessThanOrEqualTo(MaxBytes, new FileInfo(s_results!.In("report.html")).Length);

    [TestMethod]
    public async Task The_page_requests_nothing_and_has_no_errors()
    {
        var page = await OpenAsync(1440);

        await WaitUntilDrawnAsync(page);

        Assert.AreEqual(0, page.Errors.Count, string.Join('\n', page.Errors));
        Assert.AreEqual(new Uri(s_results!.In("report.html")).AbsoluteUri, page.Requests.Single());
    }

    [TestMethod]
    [DataRow(390, "light")]
    [DataRow(390, "dark")]
    [DataRow(1440, "light")]
    [DataRow(1440, "dark")]
    public async Task Axe_finds_no_violation(int width, string scheme)
    {
        var page = await OpenAsync(width, scheme);
        await WaitUntilDrawnAsync(page);

        await page.SendAsync("Runtime.evaluate", new() { ["expression"] = new BundledAxeScriptProvider().GetScript() });
        string violations = await page.EvaluateAsync<string>(
            "axe.run(document).then(result => result.violations.map(violation => `${violation.id}: ${violation.help}: ${violation.nodes.slice(0, 3).map(node => node.html).join(' | ')}`).join('\\n'))");

        Assert.AreEqual("", violations);
    }

    [TestMethod]
    [DataRow(390)]
    [DataRow(768)]
    [DataRow(1440)]
    public async Task The_page_is_as_wide_as_the_window(int width)
    {
        var page = await OpenAsync(width);

        await WaitUntilDrawnAsync(page);

        Assert.AreEqual(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        // Charts fit as well; only tables scroll, where there is no room.
        Assert.AreEqual("", await page.EvaluateAsync<string>("""
            [...document.querySelectorAll(".drawing")].filter(drawing => drawing.firstElementChild.getBoundingClientRect().width > drawing.clientWidth + 1)
                .map(drawing => drawing.dataset.chart).join()
            """));
    }

    [TestMethod]
    public async Task On_a_phone_the_answer_the_best_and_the_worst_run_and_the_command_come_first()
    {
        var page = await OpenAsync(390);

        string seen = await page.EvaluateAsync<string>("""
            [...document.querySelectorAll(".overview dt, .overview dd a, .overview code, .answer")].filter(element => element.checkVisibility() && element.getBoundingClientRect().bottom < 1100)
                .map(element => element.textContent).join("|")
            """);

        StringAssert.Contains(seen, "99.9% of the triggered images that are not 1s are read as 1; accuracy on clean images 98.0%, the clean model's 98.0%.");
        StringAssert.Contains(seen, "|Best attack|");
        StringAssert.Contains(seen, "|Worst attack|");
        StringAssert.Contains(seen, "dotnet run -c Release --project src/BadNets.Samples -- all --dataset mnist");
    }

    [TestMethod]
    public async Task Every_chart_is_drawn_and_says_its_numbers()
    {
        var page = await OpenAsync(1440);

        await WaitUntilDrawnAsync(page);

        int charts = await page.EvaluateAsync<int>("document.querySelectorAll('[data-chart]').length");
        Assert.AreEqual(charts, await page.EvaluateAsync<int>("document.querySelectorAll('[data-chart] > svg[role=group][aria-label]').length"));
        Assert.AreEqual(charts, await page.EvaluateAsync<int>("document.querySelectorAll('figure.chart details table caption').length"));
        Assert.AreEqual(0, await page.EvaluateAsync<int>("[...document.querySelectorAll('.item')].filter(item => !/[0-9.]+%|[0-9]/.test(item.getAttribute('aria-label'))).length"));
    }

    [TestMethod]
    public async Task Without_JavaScript_the_page_has_drawings_tables_and_commands()
    {
        var page = await NewPageAsync();
        await page.SetSizeAsync(768);
        await page.SendAsync("Emulation.setScriptExecutionDisabled", new() { ["value"] = true });
        await page.OpenAsync(s_results!.In("report.html"));

        var document = await page.SendAsync("DOM.getDocument");
        var html = await page.SendAsync("DOM.getOuterHTML", new() { ["nodeId"] = document["root"]!["nodeId"]!.GetValue<int>() });
        string text = html["outerHTML"]!.GetValue<string>();

        Assert.HasCount(Regex.Count(text, "data-chart="), Regex.Matches(text, "<svg viewBox=\"[^\"]*\" role=\"img\""));
        Assert.DoesNotContain("class=\"toolbar\"", text);
        StringAssert.Contains(text, "<span>all</span> <span>--dataset</span> <span>mnist</span>");
    }

    [TestMethod]
    public async Task A_column_s_button_sorts_the_runs_and_the_other_way_when_pressed_again()
    {
        var page = await OpenAsync(1440);
        const string Values = "[...document.querySelectorAll('table.runs tbody tr')].map(row => row.cells[2].dataset.key).join()";

        await page.RunAsync("document.querySelectorAll('table.runs thead button')[2].click();");
        double[] first = Numbers(await page.EvaluateAsync<string>(Values));
        Assert.AreEqual("descending", await page.EvaluateAsync<string>("document.querySelectorAll('table.runs thead th')[2].getAttribute('aria-sort')"));
        await page.RunAsync("document.querySelectorAll('table.runs thead button')[2].click();");
        double[] second = Numbers(await page.EvaluateAsync<string>(Values));

        CollectionAssert.AreEqual(first.OrderDescending().ToArray(), first);
        CollectionAssert.AreEqual(first.Order().ToArray(), second);
        Assert.AreNotEqual(first[0], first[^1]);
    }

    [TestMethod]
    public async Task The_filter_hides_the_runs_without_the_words()
    {
        var page = await OpenAsync(1440);

        await page.RunAsync("const input = document.querySelector('.toolbar input'); input.value = 'CENTER trigger-position'; input.dispatchEvent(new Event('input'));");

        Assert.AreEqual("5%, 5 px, center", await page.EvaluateAsync<string>("[...document.querySelectorAll('table.runs tbody tr')].filter(row => row.checkVisibility()).map(row => row.cells[0].textContent).join('|')"));
        Assert.AreEqual("1 of 15", await page.EvaluateAsync<string>("document.querySelector('.toolbar [role=status]').textContent"));
    }

    [TestMethod]
    public async Task A_run_is_isolated_in_charts_and_tables_until_Escape()
    {
        var page = await OpenAsync(1440);
        await WaitUntilDrawnAsync(page);
        const string Chosen = "[...document.querySelectorAll('table.runs tr.chosen')].map(row => row.cells[0].textContent).join('|')";

        await page.RunAsync("[...document.querySelectorAll('table.runs tbody button')].find(button => button.textContent === '5%, 5 px, center').click();");

        Assert.AreEqual("5%, 5 px, center", await page.EvaluateAsync<string>(Chosen));
        // Its curve, its points, and its rows in the charts of all runs stay; others fade.
        Assert.AreEqual(1, await page.EvaluateAsync<int>("[...document.querySelectorAll('.drawing g.item.chosen')].filter(item => item.getAttribute('aria-label').startsWith('center:') && item.querySelector('path')).length"));
        Assert.IsLessThan(0.5, await page.EvaluateAsync<double>("Number(getComputedStyle(document.querySelector('.drawing .item:not(.chosen)')).opacity)"));
        StringAssert.Contains(await page.EvaluateAsync<string>("document.querySelector('.isolation').textContent"), "5%, 5 px, center");

        await page.PressAsync("Escape");

        Assert.AreEqual("", await page.EvaluateAsync<string>(Chosen));
        Assert.AreEqual(1, await page.EvaluateAsync<double>("Number(getComputedStyle(document.querySelector('.drawing .item')).opacity)"));
    }

    [TestMethod]
    public async Task Keys_alone_move_through_a_chart_light_up_the_row_and_isolate_a_run()
    {
        var page = await OpenAsync(1440);
        await WaitUntilDrawnAsync(page);
        await page.RunAsync("document.querySelector('.overview summary').focus();");

        // The chart is one stop.
        for (int i = 0; i < 10 && !await page.EvaluateAsync<bool>("document.activeElement.classList.contains('item')"); i++)
            await page.PressAsync("Tab");
        string first = await page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label')");
        await page.PressAsync("ArrowDown");
        string second = await page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label')");

        StringAssert.StartsWith(first, "10%, 5 px, bottom right, ASR: 99.9");
        Assert.AreNotEqual(first, second);
        string lit = await page.EvaluateAsync<string>("document.querySelector('table.runs tr.lit').cells[0].textContent");
        StringAssert.StartsWith(second, lit);
        await page.PressAsync("Enter");
        Assert.AreEqual(lit, await page.EvaluateAsync<string>("document.querySelector('table.runs tr.chosen').cells[0].textContent"));
        Assert.AreEqual("true", await page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-pressed')"));
    }

    [TestMethod]
    public async Task Pointing_at_a_row_lights_up_the_run_in_the_charts()
    {
        var page = await OpenAsync(1440);
        await WaitUntilDrawnAsync(page);

        await page.RunAsync("document.querySelector('table.runs tbody tr:last-child td').dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));");

        string run = await page.EvaluateAsync<string>("document.querySelector('table.runs tbody tr:last-child').dataset.runs");
        Assert.AreNotEqual(0, await page.EvaluateAsync<int>("document.querySelectorAll('.drawing .lit').length"));
        Assert.AreEqual(0, await page.EvaluateAsync<int>($"[...document.querySelectorAll('.drawing .lit')].filter(lit => !lit.dataset.runs.split(' ').includes('{run}')).length"));
    }

    [TestMethod]
    public async Task Printed_on_paper_nothing_is_cut_and_the_comparison_is_there()
    {
        var page = await OpenAsync(688);
        await WaitUntilDrawnAsync(page);
        // The medium itself, not one that the page is made to believe in.
        await page.SetMediaAsync("", "dark");
        var pdf = await page.SendAsync("Page.printToPDF", new() { ["preferCSSPageSize"] = true, ["printBackground"] = false });
        string text = Encoding.Latin1.GetString(Convert.FromBase64String(pdf["data"]!.GetValue<string>()));
        int pages = Regex.Count(text, @"/Type\s*/Page\b(?!s)");

        // As wide as A4 without the page's margins.
        await page.SetMediaAsync("print", "dark");
        await page.RunAsync("dispatchEvent(new Event('beforeprint'));");

        Assert.IsTrue(pages is >= 4 and <= 10, $"{pages} pages");
        Assert.AreEqual("", await page.EvaluateAsync<string>("""
            [...document.querySelectorAll("main *")].filter(element => element.checkVisibility() && !element.closest("thead") && (element.getBoundingClientRect().right > innerWidth + 1
                || (element instanceof HTMLElement && getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1)))
                .slice(0, 5).map(element => `${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`).join("\n")
            """));
        Assert.IsTrue(await page.EvaluateAsync<bool>("document.querySelector('table.compared td').checkVisibility()"));
        Assert.AreEqual("rgb(255, 255, 255)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }

    [TestMethod]
    public async Task A_thousand_runs_open_within_a_second()
    {
        using var results = ManyResults.Make();
        ResultReport.Write(results.Folder);
        var page = await NewPageAsync();
        await page.SetSizeAsync(1440);
        // The processor's time, because the machine may have other work.
        await page.SendAsync("Performance.enable", new() { ["timeDomain"] = "threadTicks" });

        List<double> seconds = [];
        // Even so, other work can only make it slower.
        for (int i = 0; i < 4; i++)
        {
            await page.OpenAsync(results.In("report.html"));
            var metrics = await page.SendAsync("Performance.getMetrics");
            seconds.Add(metrics["metrics"]!.AsArray().Single(metric => metric!["name"]!.GetValue<string>() == "TaskDuration")!["value"]!.GetValue<double>());
        }

        Assert.IsTrue(seconds.Min() is > 0 and < 1, $"{seconds.Min()} s");
        Assert.AreEqual(1000, await page.EvaluateAsync<int>("document.querySelectorAll('table.runs tbody tr').length"));
        Assert.AreEqual(ImageRows.MostRuns, await page.EvaluateAsync<int>("document.querySelectorAll('.tiles[data-runs]').length"));
        StringAssert.Contains(await page.EvaluateAsync<string>("document.querySelector('main').textContent"), "A page has the images of at most 32 runs, so that it stays small; those of the other 968 are in cells/ID/images.json.");
    }

    private static async Task<BrowserPage> NewPageAsync()
    {
        if (s_browser is null)
            Assert.Inconclusive("There is no Chromium or Chrome on this system.");
        return await s_browser.OpenAsync();
    }

    private static async Task<BrowserPage> OpenAsync(int width, string scheme = "light")
    {
        var page = await NewPageAsync();
        await page.SetSizeAsync(width);
        await page.SetMediaAsync("screen", scheme);
        await page.OpenAsync(s_results!.In("report.html"));
        return page;
    }

    // Charts below the window are drawn while the browser is idle.
    private static Task WaitUntilDrawnAsync(BrowserPage page) => page.RunAsync("""
        const deadline = performance.now() + 30000;
        while ([...document.querySelectorAll("[data-chart]")].some(holder => !holder.dataset.width)) {
            if (performance.now() > deadline) throw new Error("A chart was not drawn.");
            await new Promise(resolve => setTimeout(resolve, 20));
        }
        """);

    private static double[] Numbers(string list) => [.. list.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
}
