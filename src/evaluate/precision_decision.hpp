// The decision of choose_precision(), by its figures alone.
#pragma once

#include <string>

#include <visionkit/evaluate/choose_precision.hpp>

namespace visionkit {

/// Fills in precision and reason of a choice that has its figures and times.
void decide(PrecisionChoice& choice, const PrecisionOptions& options);

}  // namespace visionkit
