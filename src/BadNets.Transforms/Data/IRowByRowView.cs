using Microsoft.ML;

namespace BadNets.Transforms;

/// <summary>A view that adds columns to another one and keeps its rows, their order, and their IDs.</summary>
interface IRowByRowView : IDataView
{
    /// <summary>The view that this view adds columns to.</summary>
    IDataView Source { get; }
}
