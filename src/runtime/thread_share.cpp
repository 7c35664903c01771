#include "runtime/thread_share.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/contention.hpp"
#include "runtime/thread_budget.hpp"

namespace visionkit {
namespace {

double seconds(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

ThreadUse use_of_thread() {
  rusage use{};
  ::getrusage(RUSAGE_THREAD, &use);
  return {seconds(CLOCK_MONOTONIC), seconds(CLOCK_THREAD_CPUTIME_ID), use.ru_nivcsw};
}

// What all calls of the process know of each other. Locks are only tried: who finds one taken goes on with what is
// known, so that no call waits for another one's look at the system, and none of a forked child for ever.
class Budget {
 public:
  static Budget& of_process() {
    static Budget budget;
    return budget;
  }

  [[nodiscard]] int whole() const { return whole_; }

  // How many threads a call that begins now may use.
  int begin() {
    const auto calls = ++calls_;
    const auto now = seconds(CLOCK_MONOTONIC);
    if (const std::unique_lock lock(mutex_, std::try_to_lock); lock) {
      if (policy_.age(now) >= ContentionPolicy::stale) look(now);
      free_ = policy_.threads(now);
    }
    return std::max(1, free_ / calls);
  }

  void end(const std::optional<CallUse>& use) {
    --calls_;
    const auto now = seconds(CLOCK_MONOTONIC);
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return;
    if (use) policy_.add(*use);
    if (policy_.age(now) >= ContentionPolicy::interval) look(now);
  }

 private:
  static constexpr std::size_t text_room = std::size_t{1} << 18U;  // enough for 1,024 processors

  void look(double now) {
    const auto file = ::open("/proc/stat", O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    std::size_t size = 0;
    for (ssize_t got = 1; got > 0 && size < text_room; size += static_cast<std::size_t>(std::max<ssize_t>(got, 0)))
      got = ::read(file, text_.get() + size, text_room - size);
    ::close(file);
    const auto count = system_count({text_.get(), size}, processors_, ::sysconf(_SC_CLK_TCK));
    if (count) policy_.add(ProcessorUse{*count, now, seconds(CLOCK_PROCESS_CPUTIME_ID)});
  }

  std::vector<int> processors_ = allowed_processors();
  int whole_ = thread_budget();
  std::atomic<int> calls_ = 0;
  std::atomic<int> free_ = whole_;
  std::mutex mutex_;
  ContentionPolicy policy_{static_cast<int>(processors_.size()), whole_};
  std::unique_ptr<char[]> text_ = std::make_unique_for_overwrite<char[]>(text_room);
};

thread_local bool is_steady = false;

// A host may pin a thread to fewer processors than the process has; two threads that spin on one are the worst case.
int processors_of_thread() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : max_threads;
}

}  // namespace

ThreadShare::ThreadShare(int wanted) : threads_(wanted) {
  auto& budget = Budget::of_process();
  const auto share = budget.begin();
  if (wanted > 0) return;
  threads_ = std::min(is_steady ? budget.whole() : share, processors_of_thread());
  if (threads_ > 1) before_ = use_of_thread();
}

ThreadShare::~ThreadShare() {
  std::optional<CallUse> use;
  if (before_) {
    const auto after = use_of_thread();
    use = {.end = after.time,
           .wall = after.time - before_->time,
           .processor = after.processor - before_->processor,
           .displacements = after.displacements - before_->displacements};
  }
  Budget::of_process().end(use);
}

SteadyThreads::SteadyThreads() : before_(is_steady) { is_steady = true; }
SteadyThreads::~SteadyThreads() { is_steady = before_; }
bool SteadyThreads::here() { return is_steady; }

}  // namespace visionkit
