#include "runtime/torch_facts.hpp"

#include <ATen/Version.h>

namespace visionkit {
namespace {

// LibTorch says "MKL not found".
std::string unless_missing(std::string text) { return text.ends_with("not found") ? "" : text; }

}  // namespace

TorchFacts torch_facts() {
  return {at::get_cpu_capability(), unless_missing(at::get_mkl_version()), unless_missing(at::get_mkldnn_version())};
}

}  // namespace visionkit
