// The sizes and offsets that options give for a picture.
#pragma once

#include <visionkit/preprocess/options.hpp>
#include <visionkit/preprocess/transform.hpp>

namespace visionkit {

/// Options must be checked. Throws invalid_option for a picture that they make impossible.
AppliedTransform plan_transform(const PreprocessOptions& options, Size image);

}  // namespace visionkit
