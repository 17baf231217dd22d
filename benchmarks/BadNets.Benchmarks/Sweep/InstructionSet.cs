namespace BadNets.Benchmarks;

/// <summary>The instructions that the processes of a sweep may use.</summary>
/// <param name="Name">The value of the option.</param>
/// <param name="Description">What the report says about it.</param>
/// <param name="Variables">The environment variables that limit the instructions.</param>
sealed record InstructionSet(string Name, string Description, params IReadOnlyList<(string Name, string Value)> Variables)
{
    public static InstructionSet Native { get; } = new("native", "all of this processor");

    private static readonly InstructionSet[] All =
    [
        Native,
        new("avx2", "no AVX-512 in .NET and libtorch", ("DOTNET_EnableAVX512", "0"), ("ONEDNN_MAX_CPU_ISA", "AVX2"), ("ATEN_CPU_CAPABILITY", "avx2"), ("MKL_ENABLE_INSTRUCTIONS", "AVX2")),
        new("net-avx2", "no AVX-512 in .NET, all of this processor in libtorch", ("DOTNET_EnableAVX512", "0")),
    ];

    /// <exception cref="ArgumentException">The name is not known.</exception>
    public static InstructionSet Parse(string name) =>
        Array.Find(All, set => set.Name == name) ?? throw new ArgumentException($"Unknown instruction set '{name}'. Expected 'native', 'avx2', or 'net-avx2'.");

    /// <summary>Sets the variables, which child processes inherit.</summary>
    public void Apply()
    {
        foreach (var (name, value) in Variables)
            Environment.SetEnvironmentVariable(name, value);
    }

    public override string ToString() =>
        Variables.Count == 0 ? $"{Name} ({Description})" : $"{Name} ({Description}: {string.Join(' ', Variables.Select(variable => $"`{variable.Name}={variable.Value}`"))})";
}
