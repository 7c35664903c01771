// What LibTorch says about how it was built and what it uses, for files that do not include it.
#pragma once

#include <string>

namespace visionkit {

struct TorchFacts {
  std::string kernels;  ///< the instruction set of its own kernels: "AVX512"
  std::string mkl;      ///< empty without
  std::string onednn;   ///< empty without
};

TorchFacts torch_facts();

}  // namespace visionkit
