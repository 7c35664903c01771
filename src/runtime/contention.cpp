#include "runtime/contention.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace visionkit {
namespace {

// The whole numbers of a text, up to as many as there is room for.
std::size_t numbers_of(std::string_view text, std::span<double> numbers) {
  std::size_t count = 0;
  while (count < numbers.size()) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) break;
    numbers[count++] = static_cast<double>(value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return count;
}

}  // namespace

std::optional<SystemCount> system_count(std::string_view proc_stat, std::span<const int> processors,
                                        long ticks_a_second) {
  SystemCount count;
  std::size_t found = 0;
  double ticks = 0;
  double all_ticks = 0;  // some sandboxes answer with zeros
  while (!proc_stat.empty()) {
    const auto line = proc_stat.substr(0, proc_stat.find('\n'));
    proc_stat.remove_prefix(std::min(line.size() + 1, proc_stat.size()));
    std::array<double, 9> n = {};
    if (line.starts_with("procs_running ")) {
      if (numbers_of(line.substr(14), std::span(n).first(1)) == 1) count.runnable = static_cast<int>(n[0]);
    } else if (line.starts_with("cpu") && !line.starts_with("cpu ")) {
      // cpu0 user nice system idle iowait irq softirq steal
      if (numbers_of(line.substr(3), n) < 9) return {};
      ++count.machine;
      for (std::size_t i = 1; i < n.size(); ++i) all_ticks += n[i];
      if (!std::binary_search(processors.begin(), processors.end(), static_cast<int>(n[0]))) continue;
      ++found;
      ticks += n[1] + n[2] + n[3] + n[6] + n[7] + n[8];
    }
  }
  if (found == 0 || found != processors.size() || all_ticks == 0 || ticks_a_second <= 0) return {};
  count.busy = ticks / static_cast<double>(ticks_a_second);
  return count;
}

double ContentionPolicy::age(double time) const {
  return last_ ? time - last_->time : std::numeric_limits<double>::infinity();
}

// The processors that others use.
double ContentionPolicy::neighbors(const ProcessorUse& use) const {
  double used = 0;
  if (last_) {
    const auto others = use.system.busy - last_->system.busy - (use.own - last_->own);
    used = std::max(0.0, others / (use.time - last_->time));
  }
  if (age(use.time) < stale) return used;
  // One look at who is there now: the calling thread is one of them, and some find room on processors that are not
  // ours.
  const auto elsewhere = use.system.machine - processors_;
  return std::max(used, static_cast<double>(use.system.runnable - 1 - elsewhere));
}

void ContentionPolicy::add(const ProcessorUse& use) {
  if (age(use.time) <= 0) return;
  constexpr double rounding = 0.25;  // of the system's count, and small fry that everybody has
  const auto room = std::floor(processors_ - neighbors(use) + rounding);
  const auto threads = static_cast<int>(std::clamp(room, 1.0, static_cast<double>(budget_)));
  if (threads <= free_) {
    free_ = threads;
    quiet_since_.reset();
  } else {
    if (!quiet_since_) quiet_since_ = last_ ? last_->time : use.time;
    if (use.time - *quiet_since_ >= quiet_needed) free_ = threads;
  }
  last_ = use;
}

void ContentionPolicy::add(const CallUse& use) {
  constexpr double much = 0.25;       // of a call without a processor
  constexpr double stall = 0.05;      // seconds; once is enough
  constexpr double too_many = 3;      // calls
  constexpr double quiet_call = 0.1;  // what one takes off
  const auto lost = use.wall - use.processor;
  if (use.displacements == 0 || lost < much * use.wall) {
    displaced_ = std::max(0.0, displaced_ - quiet_call);
    if (displaced_ == 0) penalty_ = first_penalty;
    return;
  }
  displaced_ += lost >= stall ? too_many : 1;
  if (displaced_ < too_many) return;
  one_thread_until_ = use.end + penalty_;
  penalty_ = std::min(2 * penalty_, last_penalty);
  displaced_ = too_many - 1;  // the next try ends with its first bad call
}

}  // namespace visionkit
