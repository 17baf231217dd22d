using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace BadNets.Samples.Tests.Browser;

/// <summary>A tab of a browser.</summary>
sealed class BrowserPage
{
    private readonly Chromium _browser;
    private readonly string _session;
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly ConcurrentQueue<string> _requests = [];
    private TaskCompletionSource _loaded = new();

    private BrowserPage(Chromium browser, string session)
    {
        _browser = browser;
        _session = session;
        browser.Received += (from, name, parameters) =>
        {
            if (from == session)
                Handle(name, parameters);
        };
    }

    /// <summary>Exceptions, and everything that was written to the console.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>The addresses of everything that was requested, other than data within the page.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public static async Task<BrowserPage> StartAsync(Chromium browser, string session)
    {
        var page = new BrowserPage(browser, session);
        foreach (string domain in new[] { "Page", "Runtime", "Log", "Network" })
            await page.SendAsync($"{domain}.enable");
        return page;
    }

    public Task<JsonNode> SendAsync(string method, JsonObject? parameters = null) => _browser.SendAsync(method, parameters, _session);

    /// <summary>Opens a file and waits until it is loaded.</summary>
    public async Task OpenAsync(string path)
    {
        _loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync("Page.navigate", new() { ["url"] = new Uri(path).AbsoluteUri });
        await _loaded.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>Evaluates JavaScript, and awaits it if it is a promise.</summary>
    public async Task<T> EvaluateAsync<T>(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        return answer["exceptionDetails"] is { } exception
            ? throw new InvalidOperationException(exception.ToJsonString())
            : answer["result"]!["value"]!.GetValue<T>();
    }

    /// <summary>Runs JavaScript that has no result.</summary>
    public async Task RunAsync(string statements) => await EvaluateAsync<bool>($"(async () => {{ {statements} return true; }})()");

    public Task SetSizeAsync(int width, int height = 900) =>
        SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    /// <summary>Makes the page believe in another medium or color scheme.</summary>
    public Task SetMediaAsync(string medium, string scheme) => SendAsync("Emulation.setEmulatedMedia", new()
    {
        ["media"] = medium,
        ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }),
    });

    /// <summary>Presses and releases a key.</summary>
    public async Task PressAsync(string key)
    {
        int code = key switch { "Enter" => 13, "Escape" => 27, "Tab" => 9, "ArrowDown" => 40, _ => throw new ArgumentException($"There is no key {key}.", nameof(key)) };
        foreach (string type in new[] { "keyDown", "keyUp" })
        {
            var parameters = new JsonObject { ["type"] = type, ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code };
            if (key == "Enter" && type == "keyDown")
                parameters["text"] = "\r";
            await SendAsync("Input.dispatchKeyEvent", parameters);
        }
    }

    private void Handle(string name, JsonNode parameters)
    {
        switch (name)
        {
            case "Page.loadEventFired":
                _loaded.TrySetResult();
                break;
            case "Runtime.exceptionThrown" or "Runtime.consoleAPICalled" or "Log.entryAdded":
                _errors.Enqueue(parameters.ToJsonString());
                break;
            case "Network.requestWillBeSent" when parameters["request"]!["url"]!.GetValue<string>() is var url && !url.StartsWith("data:", StringComparison.Ordinal):
                _requests.Enqueue(url);
                break;
        }
    }
}
