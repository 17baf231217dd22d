using TorchSharp;

[assembly: Parallelize(Workers = 2, Scope = ExecutionScope.ClassLevel)]

namespace BadNets.Transforms.Tests;

[TestClass]
public static class TestAssembly
{
    // On a busy processor, two threads that spin while they wait for each other are much slower than one thread.
    [AssemblyInitialize]
    public static void UseOneThreadPerTraining(TestContext context) => torch.set_num_threads(1);
}
