// What was found out about one way to carry out a network when its model was loaded: whether it answers as the plain
// module does, how long it takes, and whether it is the one that answers now.
#pragma once

#include <limits>
#include <string>

#include <visionkit/core/config.hpp>
#include <visionkit/core/device.hpp>

namespace visionkit {

/// One engine and form that was tried, or that could not be.
struct EngineTrial {
  Engine engine = Engine::libtorch;
  /// "plain": the module as it is in the file; "frozen": with its weights as constants; "optimized": by LibTorch's
  /// optimize_for_inference; "channels_last": frozen, pictures with their channels last; "compiled": by OpenVINO.
  std::string form = {};
  /// The largest difference from the plain module's answers, relative to the largest value of the output; of whole
  /// numbers, the part of them that differs. NaN: not compared.
  double difference = std::numeric_limits<double>::quiet_NaN();
  /// The fastest of a few calls at load, in turns with another form; NaN: not timed.
  double ms = std::numeric_limits<double>::quiet_NaN();
  bool is_chosen = false;
  std::string reason = {};  ///< why it was not chosen
};

/// One line: "openvino compiled: 27.1 ms, difference 1.2e-06, chosen".
VISIONKIT_API std::string to_string(const EngineTrial& trial);

}  // namespace visionkit
