// data.yaml, and where the texts of pictures lie.
#pragma once

#include <cstdint>
#include <string>

#include <visionkit/dataset/yolo.hpp>

namespace visionkit {

inline constexpr std::uint64_t max_description_bytes = std::uint64_t{1} << 20U;

YoloDescription read_yolo_description(const std::string& path);
std::string to_yaml(const YoloDescription& description);

/// "images/val/a.jpg" gives "labels/val/a.jpg": the last folder "images" becomes "labels".
std::string beside_labels(const std::string& name);

}  // namespace visionkit
