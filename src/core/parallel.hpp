// One loop spread over threads. What one index does must not depend on who does it, so that results do not depend on
// threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace visionkit {

/// Calls work(index) once for every index below `count`, on the calling thread and up to `threads` - 1 others, which
/// end before it returns. Throws what the first failure threw; indices that had not begun by then are left out.
template <class Work>
void parallel_for(std::size_t count, int threads, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto loop = [&] {
    try {
      for (auto i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> helpers;
  const auto wanted = std::min(static_cast<std::size_t>(threads), count);
  helpers.reserve(wanted);
  try {
    while (helpers.size() + 1 < wanted) helpers.emplace_back(loop);
  } catch (const std::system_error&) {
    // The system gives no more threads: those that there are do the work.
  }
  loop();
  for (auto& helper : helpers) helper.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace visionkit
