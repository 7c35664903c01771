// COCO's object of run lengths, {"size":[height,width],"counts":...}, read from JSON.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include <visionkit/core/mask.hpp>

#include "dataset/json_walk.hpp"

namespace visionkit {

struct RunLengths {
  Size size = {};
  std::variant<std::string_view, std::vector<std::uint32_t>> counts = {};  ///< compressed, or plain

  /// Throws invalid_argument for runs that make no mask of that size.
  [[nodiscard]] Mask to_mask() &&;
};

/// Throws dataset_schema with the place of the walk. A compressed string is valid as long as the walk.
RunLengths read_run_lengths(JsonWalk& walk, JsonWalk::Value value);

/// The list of height and width.
Size read_mask_size(JsonWalk& walk, JsonWalk::Value value);

}  // namespace visionkit
