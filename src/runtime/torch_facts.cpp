#include "runtime/torch_facts.hpp"

#include <string_view>

#include <ATen/Version.h>

namespace visionkit {
namespace {

// LibTorch says "MKL not found".
std::string unless_missing(std::string text) { return text.ends_with("not found") ? "" : text; }

// LibTorch 1.13 says it in its configuration only: "  - CPU capability usage: AVX2".
std::string kernels() {
  constexpr std::string_view key = "CPU capability usage: ";
  const auto text = at::show_config();
  const auto start = text.find(key);
  if (start == std::string::npos) return {};
  const auto begin = start + key.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TorchFacts torch_facts() {
  return {kernels(), unless_missing(at::get_mkl_version()), unless_missing(at::get_mkldnn_version())};
}

}  // namespace visionkit
