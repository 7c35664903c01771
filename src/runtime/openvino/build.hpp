// What the plug-in and the runtime that opens it must have been built from alike. Included only by files that include
// Torch.
#pragma once

#include <torch/version.h>

#include <visionkit/core/version.hpp>

#define VISIONKIT_TEXT_OF(number) #number
#define VISIONKIT_TEXT(number) VISIONKIT_TEXT_OF(number)

namespace visionkit::openvino {

inline constexpr const char* build_text = "visionkit " VISIONKIT_TEXT(VISIONKIT_VERSION_MAJOR) "." VISIONKIT_TEXT(
    VISIONKIT_VERSION_MINOR) "." VISIONKIT_TEXT(VISIONKIT_VERSION_PATCH) " with LibTorch " TORCH_VERSION;

}  // namespace visionkit::openvino

#undef VISIONKIT_TEXT
#undef VISIONKIT_TEXT_OF
