#include <visionkit/core/engine_trial.hpp>

#include <cmath>

#include <fmt/format.h>

namespace visionkit {

std::string to_string(const EngineTrial& trial) {
  auto text = fmt::format("{} {}: ", to_string(trial.engine), trial.form);
  if (!std::isnan(trial.ms)) text += fmt::format("{:.3g} ms, ", trial.ms);
  if (!std::isnan(trial.difference)) text += fmt::format("difference {:.2g}, ", trial.difference);
  return text + (trial.is_chosen ? "chosen" : trial.reason);
}

}  // namespace visionkit
