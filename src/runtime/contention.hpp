// Notices that other processes keep the processors busy, and says how many threads are still worth having. LibTorch's
// OpenMP (libgomp) waits for its threads by spinning: when one of them does not get a processor, the others burn theirs
// for milliseconds at each of hundreds of barriers, and a network of 24 ms takes a second. With as many threads as
// there are free processors nobody waits; one thread knows no barriers.
//
// A policy only: it reads no clock and no file, so that equal figures give equal answers. thread_share.hpp feeds it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace visionkit {

/// What the system has counted since it started.
struct SystemCount {
  double busy = 0;   ///< seconds of some processors, for anybody, the time stolen by other virtual machines included
  int runnable = 0;  ///< threads of the whole machine that work or wait for a processor right now
  int machine = 0;   ///< processors of the whole machine
};

/// By the text of /proc/stat; nothing where it does not tell of all these processors.
std::optional<SystemCount> system_count(std::string_view proc_stat, std::span<const int> processors,
                                        long ticks_a_second);

/// The same, with when it was and how much of it was this process, in seconds.
struct ProcessorUse {
  SystemCount system = {};
  double time = 0;  ///< of a steady clock
  double own = 0;
};

/// One call that ran with several threads: figures of the calling thread, in seconds.
struct CallUse {
  double end = 0;          ///< of a steady clock
  double wall = 0;         ///< how long it took
  double processor = 0;    ///< of that, on a processor
  long displacements = 0;  ///< how often the processor was taken away
};

class ContentionPolicy {
 public:
  /// Of `processors`, at most `budget` are for this process.
  ContentionPolicy(int processors, int budget) : processors_(processors), budget_(budget), free_(budget) {}

  /// Seconds since the last add(ProcessorUse); infinite before the first.
  [[nodiscard]] double age(double time) const;
  void add(const ProcessorUse& use);
  /// For systems and kinds of neighbors that add(ProcessorUse) does not show: processor time against wall time.
  void add(const CallUse& use);

  /// Threads for a call now: `budget` in quiet times, at least 1.
  [[nodiscard]] int threads(double time) const { return time < one_thread_until_ ? 1 : free_; }

  static constexpr double interval = 0.2;     ///< shorter ones say little: the system counts in steps of 0.01 s
  static constexpr double stale = 1;          ///< after so long the average says little about now
  static constexpr double quiet_needed = 1;   ///< neighbors must be gone for so long
  static constexpr double first_penalty = 2;  ///< one thread for so long after calls that lost their processor;
  static constexpr double last_penalty = 64;  ///< doubled up to this when the next try is no better

 private:
  [[nodiscard]] double neighbors(const ProcessorUse& use) const;

  int processors_;
  int budget_;
  int free_;  // threads that there is room for, by what the processors did
  std::optional<ProcessorUse> last_;
  std::optional<double> quiet_since_;
  double displaced_ = 0;  // calls that lost their processor; those that did not take off a little
  double penalty_ = first_penalty;
  double one_thread_until_ = 0;
};

}  // namespace visionkit
