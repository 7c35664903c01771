#include "evaluate/progress_meter.hpp"

#include <limits>

#include "core/fail.hpp"

namespace visionkit {

void ProgressMeter::add_resumed(std::size_t pictures) {
  now_.resumed += pictures;
  now_.done += pictures;
}

void ProgressMeter::begin() {
  run_start_ = Clock::now();
  tell();
}

void ProgressMeter::add_answered() {
  ++now_.done;
  ++answered_;
  tell();
}

void ProgressMeter::tell() {
  if (!tell_) return;
  now_.seconds = seconds();
  const auto running = seconds_since(run_start_);
  now_.per_second = answered_ > 0 && running > 0 ? static_cast<double>(answered_) / running : 0;
  const auto left = static_cast<double>(now_.total - now_.done);
  now_.seconds_left = left == 0             ? 0
                      : now_.per_second > 0 ? left / now_.per_second
                                            : std::numeric_limits<double>::quiet_NaN();
  try {
    tell_(now_);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail(ErrorCode::internal, "evaluating: the caller's progress function threw: {}", error.what());
  } catch (...) {
    fail(ErrorCode::internal, "evaluating: the caller's progress function threw something that is no exception");
  }
}

}  // namespace visionkit
