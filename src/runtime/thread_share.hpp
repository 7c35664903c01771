// One budget of threads for all networks of the process: calls that run at the same time share it, and it shrinks while
// other processes keep the processors busy.
#pragma once

#include <optional>

namespace visionkit {

/// What the calling thread has used up to some time, in seconds.
struct ThreadUse {
  double time = 0;         ///< of a steady clock
  double processor = 0;    ///< time on a processor
  long displacements = 0;  ///< how often the processor was taken away
};

/// One call's part of the budget, for as long as it lives. Thread-safe, never waits, costs about a microsecond.
class ThreadShare {
 public:
  /// `wanted` threads, as RunOptions::threads says: exactly so many, or 0: what there is room for.
  explicit ThreadShare(int wanted);
  ~ThreadShare();
  ThreadShare(const ThreadShare&) = delete;
  ThreadShare& operator=(const ThreadShare&) = delete;

  [[nodiscard]] int threads() const { return threads_; }

 private:
  int threads_;
  std::optional<ThreadUse> before_;  // of calls whose course says something about the neighbors
};

/// While it lives, calls of this thread that leave the number open get the whole budget, whoever else is there: the
/// same number, and so the same bits, each time.
class SteadyThreads {
 public:
  SteadyThreads();
  ~SteadyThreads();
  SteadyThreads(const SteadyThreads&) = delete;
  SteadyThreads& operator=(const SteadyThreads&) = delete;

  /// Whether there is one on the calling thread.
  [[nodiscard]] static bool here();

 private:
  bool before_;
};

}  // namespace visionkit
