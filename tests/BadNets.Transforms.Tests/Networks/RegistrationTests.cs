using System.Linq.Expressions;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests.Networks;

/// <summary>Registration of network names: repeated, in use, and replaced.</summary>
[TestClass]
public sealed class RegistrationTests
{
    [TestMethod]
    public void The_same_factory_can_be_registered_again()
    {
        var first = TorchNetwork.Register("tests/again", Make);
        Assert.AreSame(first, TorchNetwork.Register("tests/again", Make));

        // In a loop or method that runs twice, the lambda is the same method.
        var networks = Enumerable.Range(0, 2).Select(_ => TorchNetwork.Register("tests/lambda", (_, classes) => nn.Linear(3, classes))).ToArray();
        Assert.AreSame(networks[0], networks[1]);
    }

    [TestMethod]
    public void Another_factory_with_the_same_name_is_rejected()
    {
        TorchNetwork.Register("tests/taken", Make);
        foreach (string name in (string[])["tests/taken", "BadNets", "ResNet20", "ResNet1208", "PreActResNet18"])
            Refusal.Of<ArgumentException>(() => TorchNetwork.Register(name, (_, classes) => nn.Linear(5, classes)), $"'{name}'", "already registered");
        foreach (string name in (string[])["", " "])
            Assert.Throws<ArgumentException>(() => TorchNetwork.Register(name, Make));
    }

    [TestMethod]
    public void A_factory_compiled_in_memory_replaces_the_former_one()
    {
        var first = TorchNetwork.Register("tests/notebook", Compile(hidden: 3));
        var second = TorchNetwork.Register("tests/notebook", Compile(hidden: 7));

        Assert.AreNotSame(first, second);
        Assert.AreEqual(3, Width(first));
        Assert.AreEqual(7, Width(second));
        Refusal.Of<ArgumentException>(() => TorchNetwork.Register("tests/notebook", Make), "already registered");
        Refusal.Of<ArgumentException>(() => TorchNetwork.Register("BadNets", Compile(hidden: 3)), "already registered");

        static long Width(TorchNetwork network)
        {
            using var module = network.Create(new ImageShape(1, 1, 1), 2);
            return module.parameters().First().shape[1];
        }
    }

    private static nn.Module<Tensor, Tensor> Make(ImageShape shape, int classCount) => nn.Linear(shape.Width, classCount);

    private static nn.Module<Tensor, Tensor> MakeOfWidth(int width, int classCount) => nn.Linear(width, classCount);

    // Compiled at run time, like the cells of a notebook.
    private static Func<ImageShape, int, nn.Module<Tensor, Tensor>> Compile(int hidden)
    {
        var shape = Expression.Parameter(typeof(ImageShape));
        var classes = Expression.Parameter(typeof(int));
        var make = ((Func<int, int, nn.Module<Tensor, Tensor>>)MakeOfWidth).Method;
        return Expression.Lambda<Func<ImageShape, int, nn.Module<Tensor, Tensor>>>(Expression.Call(make, Expression.Constant(hidden), classes), shape, classes).Compile();
    }
}
