#include "dataset/run_lengths.hpp"

#include <limits>
#include <optional>

namespace visionkit {

Mask RunLengths::to_mask() && {
  if (const auto* packed = std::get_if<std::string_view>(&counts)) return Mask::from_rle(*packed, size);
  return Mask::from_runs(std::get<std::vector<std::uint32_t>>(std::move(counts)), size);
}

Size read_mask_size(JsonWalk& walk, JsonWalk::Value value) {
  std::vector<int> sides;
  walk.array(value, [&](JsonWalk::Value element) {
    sides.push_back(static_cast<int>(walk.integer_in(element, 0, std::numeric_limits<int>::max())));
  });
  if (sides.size() == 2) return {sides[1], sides[0]};
  walk.refuse(ErrorCode::dataset_schema, "a size of {} numbers, height and width are expected", sides.size());
}

RunLengths read_run_lengths(JsonWalk& walk, JsonWalk::Value value) {
  std::optional<Size> size;
  std::optional<RunLengths> read;
  walk.object(value, [&](std::string_view key, JsonWalk::Value inner) {
    if (key == "size") {
      size = read_mask_size(walk, inner);
    } else if (key == "counts" && walk.type(inner) == "string") {
      read = RunLengths{.counts = walk.text(inner)};
    } else if (key == "counts") {
      std::vector<std::uint32_t> runs;
      walk.array(
          inner,
          [&](JsonWalk::Value element) {
            runs.push_back(
                static_cast<std::uint32_t>(walk.integer_in(element, 0, std::numeric_limits<std::uint32_t>::max())));
          },
          "a string or a list of whole numbers");
      read = RunLengths{.counts = std::move(runs)};
    } else {
      return false;
    }
    return true;
  });
  if (!read) walk.refuse(ErrorCode::dataset_schema, "the key 'counts' is missing");
  read->size = required(walk, size, "size");
  return std::move(*read);
}

}  // namespace visionkit
