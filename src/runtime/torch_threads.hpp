// LibTorch's own threads, for one call of one thread.
#pragma once

namespace visionkit {

/// While it lives, LibTorch works with so many threads for the calling thread, which gets its own number back at the
/// end. Unlike at::set_num_threads(), which leaves its number to all threads that use LibTorch for the first time and
/// throws oneDNN's prepared work away, it touches nothing but OpenMP's setting of the calling thread; MKL and oneDNN
/// ask that one. Costs nanoseconds. Debian's OpenBLAS has threads of its own and is not told.
class TorchThreads {
 public:
  explicit TorchThreads(int threads);
  ~TorchThreads();
  TorchThreads(const TorchThreads&) = delete;
  TorchThreads& operator=(const TorchThreads&) = delete;

 private:
  int before_;
};

}  // namespace visionkit
