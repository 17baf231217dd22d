using TorchSharp;

[assembly: Parallelize(Workers = 2, Scope = ExecutionScope.ClassLevel)]

namespace BadNets.Transforms.Tests;

[TestClass]
public static class TestAssembly
{
    // Two busy threads that wait for each other by spinning are far slower than one where the processor is shared.
    [AssemblyInitialize]
    public static void UseOneThreadPerTraining(TestContext context) => torch.set_num_threads(1);
}
