// What a network does beside answering, found out by the plain module's calls at load. Included only by files that
// include Torch.
#pragma once

#include <string>
#include <vector>

#include "runtime/torch_module.hpp"

namespace visionkit {

/// Differences up to here are rounding; LibTorch's known wrong optimizations are 2 to 55 % off.
inline constexpr double same_answer = 1e-3;

struct Behavior {
  std::vector<Outputs> expected;  ///< the plain module's answers to the probes
  bool writes_input = false;
  bool keeps_state = false;
  bool is_steady = true;      ///< equal inputs have equal answers
  bool takes_batches = true;  ///< several pictures in a call have the answers of single ones
  std::vector<std::string> notes;
};

/// Runs the plain module on all probes, which it changes when it keeps state. Under a CallScope. Throws what LibTorch
/// throws.
Behavior observe(const torch::jit::Module& module, const TorchCall& call, const std::vector<Tensor>& probes);

}  // namespace visionkit
