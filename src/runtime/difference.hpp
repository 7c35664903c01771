// How far two answers of a network lie apart.
#pragma once

#include "runtime/session.hpp"

namespace visionkit {

/// The largest difference of two tensors, relative to the largest value of `expected`; of whole numbers, the part of
/// them that differs. Infinite when type, shape, or the places of NaN and infinity differ.
double difference(const TensorView& expected, const TensorView& got);

/// The worst of all outputs; infinite when their names or number differ.
double difference(const Outputs& expected, const Outputs& got);

}  // namespace visionkit
