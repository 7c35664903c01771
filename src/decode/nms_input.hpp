// What every kind of suppression does with its input first: check it, sort it, tell the classes apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <visionkit/core/labels.hpp>
#include <visionkit/decode/nms.hpp>

namespace visionkit {

/// Those who take part, the best first.
struct RankedInput {
  std::vector<std::int32_t> index;  ///< by rank: the position in the input
  std::vector<std::int32_t> group;  ///< by rank: 0, 1, ...; one for each class
  std::int32_t groups = 0;
};

/// Throws invalid_option, and shape when scores or (not empty) labels are not `count` long.
RankedInput rank_input(std::size_t count, std::span<const float> scores, std::span<const ClassId> labels,
                       const NmsOptions& options);

}  // namespace visionkit
