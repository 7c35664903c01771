// Where the labels of boxes go: inside the picture, beside their own box, off each other.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <visionkit/core/detections.hpp>

namespace visionkit {

struct LabelRequest {
  PixelBox box;  ///< what is labelled, inside the picture
  Size size;     ///< of the label
};

/// A place for each label, in the order of the requests, of which the first get the better ones. Labels never leave the
/// picture and never overlap; nothing for those that have no free place at their box.
std::vector<std::optional<PixelBox>> place_labels(Size picture, std::span<const LabelRequest> requests);

}  // namespace visionkit
