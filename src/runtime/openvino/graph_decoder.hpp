// Shows a TorchScript graph to OpenVINO's PyTorch frontend. The frontend walks graphs through an abstract class that
// upstream implements in Python only; the answers here are those of the Python one for a frozen graph.
#pragma once

#include <memory>
#include <vector>

#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/ir.h>
#include <openvino/frontend/pytorch/decoder.hpp>

namespace visionkit::openvino {

/// A graph without attributes of modules, and which of its values may share memory. Constants of the converted model
/// share the memory of the graph's tensors and keep them alive.
class DecodedGraph {
 public:
  explicit DecodedGraph(std::shared_ptr<torch::jit::Graph> graph) : graph_(std::move(graph)), aliases_(graph_) {}

  [[nodiscard]] torch::jit::Graph& graph() const { return *graph_; }
  [[nodiscard]] bool may_alias(const torch::jit::Value* a, const torch::jit::Value* b) const {
    return aliases_.mayContainAlias(const_cast<torch::jit::Value*>(a), const_cast<torch::jit::Value*>(b));
  }

 private:
  std::shared_ptr<torch::jit::Graph> graph_;
  torch::jit::AliasDb aliases_;
};

/// The decoder of the whole graph; it makes those of nodes and blocks.
std::shared_ptr<ov::frontend::pytorch::TorchDecoder> decode(std::shared_ptr<const DecodedGraph> graph);

}  // namespace visionkit::openvino
