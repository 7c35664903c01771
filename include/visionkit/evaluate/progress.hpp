// How far an evaluation is: for a callback of your own, or as a line on the terminal.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <visionkit/core/config.hpp>

namespace visionkit {

struct EvaluationProgress {
  std::size_t done = 0;  ///< pictures with a result, resumed and set aside ones included
  std::size_t total = 0;
  std::size_t resumed = 0;
  std::size_t set_aside = 0;
  double seconds = 0;       ///< since the call began
  double per_second = 0;    ///< pictures answered in this run; 0 while none is
  double seconds_left = 0;  ///< estimated; NaN while nothing is known
};

/// "[=========>          ] 512 of 1000, 31.4/s, 0:16 left, 2 set aside". The bar gets shorter or goes when there is no
/// room for it, the rest is cut to `width` characters.
VISIONKIT_API std::string to_string(const EvaluationProgress& progress, std::size_t width = 79);

/// A callback that keeps a line on standard error up to date, at most ten times a second, and clears it at the end.
/// Where standard error is no terminal it does nothing.
[[nodiscard]] VISIONKIT_API std::function<void(const EvaluationProgress&)> terminal_progress();

}  // namespace visionkit
