// TorchScript models made from text, and what of LibTorch's state a host can see. The only test files that include
// Torch are behind this header.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <visionkit/core/tensor.hpp>

namespace visionkit::test {

/// A module: its methods as TorchScript source, its buffers, and the extra files saved with it.
struct ScriptModel {
  std::string code;
  std::map<std::string, std::string> extra_files = {};
  std::map<std::string, Tensor> buffers = {};  ///< float32

  /// The archive as torch.jit.save writes it.
  [[nodiscard]] std::vector<std::uint8_t> save() const;
};

/// What a load or a call must leave as it was: thread counts, gradient mode, fuser, random numbers, environment, signal
/// handlers, locale, working folder, floating-point mode. Comparable, and printable line by line.
std::vector<std::string> host_state();

}  // namespace visionkit::test
