#include "runtime/torch_threads.hpp"

#include <dlfcn.h>

#include <ATen/Parallel.h>

namespace visionkit {
namespace {

// The function of the very OpenMP that LibTorch was loaded with: linking one of our own could bring in a second one.
void set_threads(int threads) {
  static const auto set = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  if (set != nullptr) set(threads);
}

}  // namespace

// Asking first also makes LibTorch set its default, which it would otherwise do later, over ours.
TorchThreads::TorchThreads(int threads) : before_(at::get_num_threads()) { set_threads(threads); }
TorchThreads::~TorchThreads() { set_threads(before_); }

}  // namespace visionkit
