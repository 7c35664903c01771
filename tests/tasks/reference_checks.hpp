// What the reference answered for one model card, checked through the public API. One function for each task.
#pragma once

#include <filesystem>

#include <visionkit/core/device.hpp>
#include <visionkit/image/image.hpp>
#include <visionkit/preprocess/preprocess.hpp>

#include "tasks/model_card.hpp"

namespace visionkit::test {

inline constexpr double tensor_tolerance = 1e-4;

/// A picture as the reference read it: EXIF ignored.
Image read_stored(const std::filesystem::path& path);
/// The input tensor of the reference's first image, value by value.
void check_probe_input(const ModelCard& card, const PreprocessOptions& options);

void check_classification(const ModelCard& card, Engine engine);
void check_detection(const ModelCard& card, Engine engine);
void check_segmentation(const ModelCard& card, Engine engine);

}  // namespace visionkit::test
