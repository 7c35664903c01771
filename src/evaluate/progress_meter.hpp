// Counts what an evaluation has done and tells the caller's function. Not for several threads at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include <visionkit/evaluate/progress.hpp>

namespace visionkit {

class ProgressMeter {
 public:
  /// `tell` may be empty and must outlive the meter.
  ProgressMeter(const std::function<void(const EvaluationProgress&)>& tell, std::size_t total) : tell_(tell) {
    now_.total = total;
  }

  void add_resumed(std::size_t pictures);
  void add_set_aside() { ++now_.set_aside; }
  /// From here on pictures are answered in this run. Tells.
  void begin();
  /// A picture has a result. Tells. Throws internal for what the caller's function throws that is no Error.
  void add_answered();

  [[nodiscard]] const EvaluationProgress& now() const { return now_; }
  /// Since the meter was made.
  [[nodiscard]] double seconds() const { return seconds_since(start_); }

 private:
  using Clock = std::chrono::steady_clock;

  static double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }
  void tell();

  const std::function<void(const EvaluationProgress&)>& tell_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point run_start_ = start_;
  std::size_t answered_ = 0;  // in this run
  EvaluationProgress now_;
};

}  // namespace visionkit
