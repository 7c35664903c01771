// Work split into pieces whose number does not depend on threads, so that neither does any result.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace visionkit {

/// Calls work(piece) for every piece below `pieces`, from up to `threads` threads. Fewer run when the system gives no
/// more. The first exception is thrown again when all have ended.
template <class Work>
void run_pieces(std::size_t pieces, int threads, Work&& work) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> has_failed = false;
  std::exception_ptr failure;
  const auto loop = [&] {
    try {
      for (auto piece = next.fetch_add(1); piece < pieces; piece = next.fetch_add(1)) work(piece);
    } catch (...) {
      next = pieces;
      if (!has_failed.exchange(true)) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    const auto wanted = std::min(pieces, static_cast<std::size_t>(threads));
    others.reserve(wanted);
    try {
      while (others.size() + 1 < wanted) others.emplace_back(loop);
    } catch (const std::system_error&) {
    }
    loop();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace visionkit
