using System.Net;

namespace BadNets.Samples.Tests.Datasets;

/// <summary>Responds to requests as the test specifies, and records them.</summary>
sealed class FakeNetwork(Func<Uri, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public FakeNetwork(Func<Uri, HttpResponseMessage> answer)
        : this((address, _) => Task.FromResult(answer(address)))
    {
    }

    public List<Uri> Requests { get; } = [];

    public IEnumerable<string> HostsAsked => Requests.Select(address => address.Host);

    /// <summary>Creates a network without any connection.</summary>
    public static FakeNetwork Closed() =>
        new(_ => throw new HttpRequestException(HttpRequestError.NameResolutionError, "Name or service not known"));

    public static HttpResponseMessage Body(byte[] body) => new(HttpStatusCode.OK) { Content = new ByteArrayContent(body) };

    public static HttpResponseMessage Body(Func<int, CancellationToken, Task<byte[]>> piece) =>
        new(HttpStatusCode.OK) { Content = new StreamContent(new ScriptedStream(piece)) };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add(request.RequestUri!);
        return answer(request.RequestUri!, cancellationToken);
    }
}
