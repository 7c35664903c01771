// Takes the times of calls and keeps those of the last ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include <visionkit/profile.hpp>

namespace visionkit {

/// The clock of one call, which begins with it.
class CallClock {
 public:
  /// Does `body`, and adds how long it took to a step.
  template <class Body>
  decltype(auto) time(double CallTimings::*step, Body&& body) {
    const Lap lap{timings_.*step};
    return std::forward<Body>(body)();
  }
  /// The steps that were timed; all the rest is postprocessing.
  [[nodiscard]] CallTimings timings() const;

 private:
  using Clock = std::chrono::steady_clock;
  static double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }
  struct Lap {
    double& step;
    Clock::time_point begin = Clock::now();
    ~Lap() { step += ms_since(begin); }
  };

  CallTimings timings_;
  Clock::time_point begin_ = Clock::now();
};

/// The calls of one object. Thread-safe; allocates nothing after it was made.
class CallLog {
 public:
  CallLog() { last_.reserve(profile_window); }

  /// Answers what `body` makes of a clock, and notes the call. `timings` may be null.
  template <class Body>
  auto call(std::size_t pictures, CallTimings* timings, Body&& body) {
    CallClock clock;
    auto answer = std::forward<Body>(body)(clock);
    const auto steps = clock.timings();
    if (timings != nullptr) *timings = steps;
    add(steps, pictures);
    return answer;
  }
  void add(const CallTimings& timings, std::size_t pictures);
  [[nodiscard]] Profile profile() const;

 private:
  struct Call {
    CallTimings timings;
    std::size_t pictures;
  };

  mutable std::mutex mutex_;
  std::vector<Call> last_;  // a ring once it is full
  std::uint64_t calls_ = 0;
  std::uint64_t pictures_ = 0;
};

}  // namespace visionkit
