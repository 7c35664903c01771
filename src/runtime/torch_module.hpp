// A module as LibTorch loads it, how it is called, and the forms that it can be brought into. Everything that LibTorch
// does to those who embed it is kept inside: warnings on stderr, the profiling executor's slow first calls, wrong fused
// networks, hangs after fork(). Included only by files that include Torch.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include "runtime/archive.hpp"
#include "runtime/network_calls.hpp"
#include "runtime/session.hpp"
#include "runtime/silent_warnings.hpp"
#include "runtime/thread_share.hpp"
#include "runtime/torch_threads.hpp"

namespace visionkit {

/// What every call into LibTorch runs under. All of it belongs to the calling thread only and is undone at its end.
class CallScope {
 public:
  explicit CallScope(int threads) : share_(threads), threads_(share_.threads()), executor_(false) {}

 private:
  ThreadShare share_;
  TorchThreads threads_;
  c10::InferenceMode inference_;
  // The profiling executor makes the first calls 3 to 10 times slower and feeds the TensorExpr fuser, which hangs on
  // CPU builds without LLVM. A frozen graph gains nothing from it, and switching the fuser itself off would be
  // process-wide.
  torch::jit::GraphOptimizerEnabledGuard executor_;
  SilentWarnings warnings_;
};

/// How a module is called.
struct TorchCall {
  std::string name;
  InputKind input = InputKind::tensor;
  at::Device device = at::kCPU;
  at::ScalarType precision = at::kFloat;
  at::MemoryFormat layout = at::MemoryFormat::Contiguous;
  int threads = 0;
  bool writes_input = false;
  bool keeps_state = false;
};

/// Throws invalid_option for what this LibTorch has not.
at::Device to_torch(const Device& device);
at::ScalarType to_torch(Precision precision, const Device& device);

/// Throws model_format when LibTorch cannot load the archive, model_contract when forward() does not take what `call`
/// says.
torch::jit::Module load_module(const Archive& archive, const TorchCall& call);

/// Under a CallScope. Throws model_contract when no tensor comes out, and what LibTorch throws.
Outputs call_module(const torch::jit::Module& module, const TorchCall& call, const at::Tensor& input);

/// The forms of a module. They throw what LibTorch throws; the module stays as it is.
torch::jit::Module frozen(const torch::jit::Module& module);
torch::jit::Module optimized(const torch::jit::Module& module);
/// Frozen, with the weights of convolutions in the order of channels last. Wants inputs of that order.
torch::jit::Module channels_last(const torch::jit::Module& module);

/// Runs a module in one of its forms.
class TorchNetwork final : public Network {
 public:
  TorchNetwork(torch::jit::Module module, TorchCall call);
  [[nodiscard]] Outputs run(const TensorView& input) const override;

 private:
  torch::jit::Module module_;
  TorchCall call_;
  LoadingProcess process_;
  mutable std::mutex stateful_;
};

}  // namespace visionkit
