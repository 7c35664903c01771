// Which of two forms of a network is faster, by a few calls in turns.
#pragma once

#include "runtime/session.hpp"

namespace visionkit {

/// A form of a network that gives the right answers, and what is known about it.
struct Contender {
  std::unique_ptr<const Network> network;
  EngineTrial trial;
};

/// Times both on `input` and gives true when `challenger` is clearly faster, by more than chance and more than a
/// change of form is worth: so equal loads nearly always take the same form. Both trials get their fastest calls. Takes
/// at least 3 calls of each, more while they differ, and little more than two seconds for slow networks.
bool wins(Contender& challenger, Contender& holder, const TensorView& input);

}  // namespace visionkit
